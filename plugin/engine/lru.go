package engine

import (
	"container/list"
	"sync"
)

// lru keeps values whose sizes come to a limit at the most: the least recently used goes
// first.
type lru[K comparable, V any] struct {
	limit int64 // in bytes

	mutex sync.Mutex
	used  int64
	kept  map[K]*list.Element // of *entry
	order list.List           // most recently used first
}

type entry[K comparable, V any] struct {
	key   K
	value V
	size  int64
}

func newLRU[K comparable, V any](limit int64) *lru[K, V] {
	return &lru[K, V]{limit: limit, kept: make(map[K]*list.Element)}
}

// get gives what is kept by a key.
func (c *lru[K, V]) get(key K) (value V, ok bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	e := c.kept[key]
	if e == nil {
		return value, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*entry[K, V]).value, true
}

// add keeps a value, unless its key has one or it is over the limit by itself, and gives
// those that had to go for it.
func (c *lru[K, V]) add(key K, value V, size int64) (kept bool, gone []V) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.kept[key] != nil || size > c.limit {
		return false, nil
	}
	c.kept[key] = c.order.PushFront(&entry[K, V]{key, value, size})
	c.used += size
	return true, c.drop(c.limit)
}

// shrink gives those that have to go for a lower limit, now.
func (c *lru[K, V]) shrink(limit int64) (gone []V) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.drop(limit)
}

func (c *lru[K, V]) drop(limit int64) (gone []V) {
	for c.used > limit {
		old := c.order.Remove(c.order.Back()).(*entry[K, V])
		delete(c.kept, old.key)
		c.used -= old.size
		gone = append(gone, old.value)
	}
	return gone
}

// clear keeps nothing any more.
func (c *lru[K, V]) clear() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	clear(c.kept)
	c.order.Init()
	c.used = 0
}
