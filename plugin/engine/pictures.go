package engine

import (
	"sync"

	"impasto.net/plugin/bake"
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
)

// pictures are what networks painted, kept by what they painted it of, so that moving the
// mix or the mask of a still frame does not run a network.
type pictures struct {
	buffers *network.Buffers

	mutex sync.Mutex // of users and kept of all pictures, too
	lru   *lru[pictureKey, *picture]
}

type pictureKey struct {
	network  string     // with its version, and what it runs on
	vector   pixels.Key // of the style, or of what lies between two
	content  pixels.Key
	seen     pixels.Geometry // of the plate
	work     pixels.Geometry // that the network worked at
	small    pixels.Key      // of what the statistics are of, where that is not all of the plate
	painting paintingKey
	baked    bake.Key // of what no network painted, and then there is nothing else
}

// picture is three planes as a network gave them. Its buffer goes back when it is neither
// kept nor in use.
type picture struct {
	values []float32
	users  int
	kept   bool
}

func newPictures(limit int64, buffers *network.Buffers) *pictures {
	return &pictures{buffers: buffers, lru: newLRU[pictureKey, *picture](limit)}
}

// get gives the picture if it is kept; the caller has to put it back.
func (c *pictures) get(key pictureKey) *picture {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	p, ok := c.lru.get(key)
	if ok {
		p.users++
	}
	return p
}

// add keeps a picture that was just painted; the caller has to put it back.
func (c *pictures) add(key pictureKey, values []float32) *picture {
	p := &picture{values: values, users: 1}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	kept, gone := c.lru.add(key, p, c.size(values))
	p.kept = kept
	c.drop(gone)
	return p
}

// clear lets those go now that would have to for a picture of that size: while it is
// painted the memory is needed most.
func (c *pictures) clear(like []float32) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.drop(c.lru.shrink(c.lru.limit - c.size(like)))
}

// size is what a picture counts for. One that is larger than all that may be kept is kept
// alone; of small ones there are not many either, so that memory stays as it is from then on.
func (c *pictures) size(values []float32) int64 {
	const most = 16
	return min(max(4*int64(len(values)), c.lru.limit/most), c.lru.limit)
}

// drop says that pictures are not kept any more.
func (c *pictures) drop(gone []*picture) {
	for _, old := range gone {
		old.kept = false
		if old.users == 0 {
			c.buffers.Put(old.values)
		}
	}
}

// put says that the caller does not use the picture any more.
func (c *pictures) put(p *picture) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	p.users--
	if p.users == 0 && !p.kept {
		c.buffers.Put(p.values)
	}
}
