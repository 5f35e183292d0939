// Package cache keeps what was costly to make: in memory, bounded by bytes, and on disk.
package cache

import (
	"math"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// LRU keeps values whose sizes come to a limit at the most: the least recently used goes
// first. The library counts values, whatever their size.
type LRU[K comparable, V any] struct {
	limit int64 // in bytes

	mutex sync.Mutex
	used  int64
	kept  *simplelru.LRU[K, sized[V]]
}

type sized[V any] struct {
	value V
	size  int64
}

// NewLRU keeps as many bytes.
func NewLRU[K comparable, V any](limit int64) *LRU[K, V] {
	kept, err := simplelru.NewLRU[K, sized[V]](math.MaxInt, nil)
	if err != nil {
		panic(err) // of sizes below one
	}
	return &LRU[K, V]{limit: limit, kept: kept}
}

// Get gives what is kept by a key.
func (c *LRU[K, V]) Get(key K) (V, bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	e, ok := c.kept.Get(key)
	return e.value, ok
}

// Add keeps a value, unless its key has one or it is over the limit by itself, and gives
// those that had to go for it.
func (c *LRU[K, V]) Add(key K, value V, size int64) (kept bool, gone []V) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.kept.Contains(key) || size > c.limit {
		return false, nil
	}
	c.kept.Add(key, sized[V]{value, size})
	c.used += size
	return true, c.drop(c.limit)
}

// shrink gives those that have to go for a lower limit, now.
func (c *LRU[K, V]) shrink(limit int64) (gone []V) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.drop(limit)
}

func (c *LRU[K, V]) drop(limit int64) (gone []V) {
	for c.used > limit {
		_, old, _ := c.kept.RemoveOldest()
		c.used -= old.size
		gone = append(gone, old.value)
	}
	return gone
}

// Clear keeps nothing any more.
func (c *LRU[K, V]) Clear() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.kept.Purge()
	c.used = 0
}
