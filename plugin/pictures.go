package main

import (
	"container/list"
	"sync"

	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
)

// pictures are what networks painted, kept by what they painted it of, so that moving the
// mix or the mask of a still frame does not run a network. The least recently used goes
// when the limit is reached.
type pictures struct {
	buffers *network.Buffers
	limit   int64 // in bytes

	mutex sync.Mutex
	used  int64
	kept  map[pictureKey]*list.Element // of *picture
	order list.List                    // most recently used first
}

type pictureKey struct {
	style    string // with its version
	content  pixels.Key
	painting paintingKey
}

// picture is three planes as a network gave them. Its buffer goes back when it is neither
// kept nor in use.
type picture struct {
	key    pictureKey
	values []float32
	users  int
	kept   bool
}

func (p *picture) size() int64 { return 4 * int64(len(p.values)) }

func newPictures(limit int64, buffers *network.Buffers) *pictures {
	return &pictures{buffers: buffers, limit: limit, kept: make(map[pictureKey]*list.Element)}
}

// get gives the picture if it is kept; the caller has to put it back.
func (c *pictures) get(key pictureKey) *picture {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	e := c.kept[key]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	p := e.Value.(*picture)
	p.users++
	return p
}

// add keeps a picture that was just painted; the caller has to put it back.
func (c *pictures) add(key pictureKey, values []float32) *picture {
	p := &picture{key: key, values: values, users: 1}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.kept[key] != nil || p.size() > c.limit {
		return p
	}
	p.kept = true
	c.kept[key] = c.order.PushFront(p)
	c.used += p.size()
	for c.used > c.limit {
		old := c.order.Remove(c.order.Back()).(*picture)
		delete(c.kept, old.key)
		c.used -= old.size()
		old.kept = false
		if old.users == 0 {
			c.buffers.Put(old.values)
		}
	}
	return p
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
