package network

import (
	"fmt"
	"sync"
	"unsafe"
)

// Buffers are the pictures before and after a network: big, few, and all of the same size
// while a shot is rendered. They are kept out of Go's heap, which would let garbage of
// their size pile up and cannot refuse them where memory is short. Huge pages spare them
// six thousand page faults for a 1080p picture.
type Buffers struct {
	mutex sync.Mutex
	free  [][]float32
}

// How many unused buffers are kept for the next frame, and how many bytes of them: those
// of a shot in 4K.
const (
	maxFree      = 3
	maxFreeBytes = 320 << 20
)

// Get gives a buffer of n values; what is in it is left from its last use.
func (b *Buffers) Get(n int) ([]float32, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for i, f := range b.free {
		if len(f) == n {
			b.free = append(b.free[:i], b.free[i+1:]...)
			return f, nil
		}
	}
	b.trim(maxFreeBytes - 4*n) // they are of another size
	m, err := pages(4 * n)
	if err != nil {
		b.trim(0)
		m, err = pages(4 * n)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: mapping %d bytes: %w", ErrMemory, 4*n, err)
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(m))), n), nil
}

// Put takes back a buffer that nobody uses any more.
func (b *Buffers) Put(f []float32) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.free = append(b.free, f)
	b.trim(maxFreeBytes)
}

// Trim gives all memory back that nobody uses.
func (b *Buffers) Trim() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.trim(0)
}

// trim gives memory back, the longest unused first, until no more is kept than that.
func (b *Buffers) trim(limit int) {
	bytes := 0
	for _, f := range b.free {
		bytes += 4 * len(f)
	}
	for len(b.free) > maxFree || len(b.free) > 0 && bytes > limit {
		oldest := b.free[0]
		bytes -= 4 * len(oldest)
		b.free = append(b.free[:0], b.free[1:]...)
		release(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(oldest))), 4*len(oldest)))
	}
}
