package ofx

/*
#include "host.h"
*/
import "C"

import (
	"bytes"
	"encoding/binary"
)

// markUnwritten marks the pixels of an output, so that those that the plugin leaves out can be
// told: a NaN that nobody computes. Depths without one go unmarked.
func (b *buffer) markUnwritten(depth string) {
	for y := b.bounds.y1; y < b.bounds.y2; y++ {
		line := b.line(y)
		switch depth {
		case C.kOfxBitDepthFloat:
			for i := 0; i < len(line); i += 4 {
				binary.NativeEndian.PutUint32(line[i:], unwrittenFloat)
			}
		case C.kOfxBitDepthHalf:
			for i := 0; i < len(line); i += 2 {
				binary.NativeEndian.PutUint16(line[i:], unwrittenHalf)
			}
		default:
			clear(line)
		}
	}
}

const (
	unwrittenFloat = 0x7fa5a5a5
	unwrittenHalf  = 0x7da5
)

// countUnwritten counts the pixels that have nothing but the mark, and makes them black.
func (b *buffer) countUnwritten(depth string, pixelBytes int) int {
	var mark []byte
	switch depth {
	case C.kOfxBitDepthFloat:
		mark = binary.NativeEndian.AppendUint32(nil, unwrittenFloat)
	case C.kOfxBitDepthHalf:
		mark = binary.NativeEndian.AppendUint16(nil, unwrittenHalf)
	default:
		return 0
	}
	mark = bytes.Repeat(mark, pixelBytes/len(mark))
	count := 0
	for y := b.bounds.y1; y < b.bounds.y2; y++ {
		line := b.line(y)
		for i := 0; i < len(line); i += pixelBytes {
			if bytes.Equal(line[i:i+pixelBytes], mark) {
				clear(line[i : i+pixelBytes])
				count++
			}
		}
	}
	return count
}
