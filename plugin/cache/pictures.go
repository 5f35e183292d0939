package cache

import (
	"sync"

	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
)

// Pictures are what networks painted, kept by what they painted it of, so that moving the
// mix or the mask of a still frame does not run a network.
type Pictures struct {
	buffers *network.Buffers

	mutex sync.Mutex // of users and kept of all pictures, too
	lru   *LRU[PictureKey, *Picture]
}

// PictureKey tells pictures apart.
type PictureKey struct {
	Network  string     // with its version, and what it runs on
	Vector   pixels.Key // of the style, or of what lies between two
	Content  pixels.Key
	Native   pixels.Geometry // of the plate
	Working  pixels.Geometry // that the network worked at
	Small    pixels.Key      // of what the statistics are of, where that is not all of the plate
	Painting PaintingKey
	Noise    float64
	OnDisk   Key // of what no network painted, and then there is nothing else
}

// Picture is three planes as a network gave them. Its buffer goes back when it is neither
// kept nor in use.
type Picture struct {
	Values []float32
	users  int
	kept   bool
}

// NewPictures keeps as many bytes of pictures, whose values come from the buffers.
func NewPictures(limit int64, buffers *network.Buffers) *Pictures {
	return &Pictures{buffers: buffers, lru: NewLRU[PictureKey, *Picture](limit)}
}

// Get gives the picture if it is kept; the caller has to put it back.
func (c *Pictures) Get(key PictureKey) *Picture {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	p, ok := c.lru.Get(key)
	if ok {
		p.users++
	}
	return p
}

// Add keeps a picture that was just painted; the caller has to put it back.
func (c *Pictures) Add(key PictureKey, values []float32) *Picture {
	p := &Picture{Values: values, users: 1}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	kept, gone := c.lru.Add(key, p, c.size(values))
	p.kept = kept
	c.drop(gone)
	return p
}

// Clear lets those go now that would have to for a picture of that size: while it is
// painted the memory is needed most.
func (c *Pictures) Clear(like []float32) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.drop(c.lru.shrink(c.lru.limit - c.size(like)))
}

// size is what a picture counts for. One that is larger than all that may be kept is kept
// alone; of small ones there are not many either, so that memory stays as it is from then on.
func (c *Pictures) size(values []float32) int64 {
	const most = 16
	return min(max(4*int64(len(values)), c.lru.limit/most), c.lru.limit)
}

// drop says that pictures are not kept any more.
func (c *Pictures) drop(gone []*Picture) {
	for _, old := range gone {
		old.kept = false
		if old.users == 0 {
			c.buffers.Put(old.Values)
		}
	}
}

// Put says that the caller does not use the picture any more.
func (c *Pictures) Put(p *Picture) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	p.users--
	if p.users == 0 && !p.kept {
		c.buffers.Put(p.Values)
	}
}

// PaintingKey tells apart what networks take of paintings.
type PaintingKey struct {
	Network       string // with its version
	Content       pixels.Key
	Space         string
	Premultiplied bool
	TextureScale  float64
}
