package ofx

/*
#include <stdlib.h>
#include "host.h"
*/
import "C"

import (
	"bytes"
	"sync"
	"unsafe"
)

// Rows is how the rows of images lie in memory. Hosts differ, and a plugin has to go by rowBytes.
type Rows int

// Aligned rows begin at multiples of 64 bytes. Packed rows follow each other without a gap.
// Negative rows are aligned, and the top one comes first in memory.
const (
	Aligned Rows = iota
	Packed
	Negative
)

const (
	rowAlignment = 64
	guardBytes   = 4096 // before and after the rows, and what padding is filled with
	guardByte    = 0xa5
)

// buffer is the memory of an image, with guards that show whether the plugin wrote beside it.
type buffer struct {
	block  []byte // in C's memory
	bounds rect
	row    int // bytes that a row's pixels take
	stride int // bytes from a row to the next one in memory
	rows   Rows
}

// pool keeps the memory of images that are done with for the next ones.
var pool bufferPool

type bufferPool struct {
	mu   sync.Mutex
	free map[int][][]byte // by size
}

func (p *bufferPool) get(size int) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if list := p.free[size]; len(list) > 0 {
		p.free[size] = list[:len(list)-1]
		return list[len(list)-1]
	}
	block := alignedAlloc(size)
	if block == nil {
		return nil
	}
	return unsafe.Slice((*byte)(block), size)
}

func (p *bufferPool) put(block []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free == nil {
		p.free = map[int][][]byte{}
	}
	p.free[len(block)] = append(p.free[len(block)], block)
}

// empty gives the memory back.
func (p *bufferPool) empty() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, list := range p.free {
		for _, block := range list {
			C.free(unsafe.Pointer(&block[0]))
		}
	}
	p.free = nil
}

// newBuffer returns memory for an image, or nil where there is none. What is in its rows is
// whatever was there.
func newBuffer(bounds rect, pixelBytes int, rows Rows) *buffer {
	b := &buffer{bounds: bounds, row: bounds.width() * pixelBytes, rows: rows}
	b.stride = b.row
	if rows != Packed {
		b.stride = (b.row + rowAlignment - 1) / rowAlignment * rowAlignment
	}
	b.block = pool.get(2*guardBytes + b.stride*bounds.height())
	if b.block == nil {
		return nil
	}
	b.eachGuard(func(guard []byte) bool {
		for i := range guard {
			guard[i] = guardByte
		}
		return true
	})
	return b
}

// alignedAlloc is memory of at least that size, aligned as rows are.
func alignedAlloc(size int) unsafe.Pointer {
	return C.aligned_alloc(rowAlignment,
		C.size_t((max(size, 1)+rowAlignment-1)/rowAlignment*rowAlignment))
}

func (b *buffer) release() { pool.put(b.block) }

// eachGuard visits the bytes that belong to no pixel, until visit says false.
func (b *buffer) eachGuard(visit func([]byte) bool) bool {
	if !visit(b.block[:guardBytes]) || !visit(b.block[len(b.block)-guardBytes:]) {
		return false
	}
	if b.stride == b.row {
		return true
	}
	for i := range b.bounds.height() {
		start := guardBytes + i*b.stride
		if !visit(b.block[start+b.row : start+b.stride]) {
			return false
		}
	}
	return true
}

var intactGuard = bytes.Repeat([]byte{guardByte}, guardBytes)

// intact says whether the plugin kept to the pixels.
func (b *buffer) intact() bool {
	return b.eachGuard(func(guard []byte) bool {
		return bytes.Equal(guard,
			intactGuard[:len(guard)])
	})
}

// line is the pixels of the row at y, in the coordinates of bounds.
func (b *buffer) line(y int) []byte {
	i := y - b.bounds.y1
	if b.rows == Negative {
		i = b.bounds.y2 - 1 - y
	}
	start := guardBytes + i*b.stride
	return b.block[start : start+b.row]
}

// data and rowBytes are what the plugin is told: where the lowest row is, and how to go up.
func (b *buffer) data() unsafe.Pointer {
	if b.row == 0 || b.bounds.height() == 0 {
		return nil
	}
	return unsafe.Pointer(&b.line(b.bounds.y1)[0])
}

func (b *buffer) rowBytes() int {
	if b.rows == Negative {
		return -b.stride
	}
	return b.stride
}
