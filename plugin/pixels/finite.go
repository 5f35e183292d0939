package pixels

import (
	"sync/atomic"
	"unsafe"
)

// Finite says whether there is neither NaN nor infinity among the values.
func Finite(workers int, values []float32) bool {
	var bad atomic.Bool
	const piece = 1 << 14
	Strips(workers, (len(values)+piece-1)/piece*stripRows, func(strip, _, _ int) bool {
		if !finite(values[strip*piece : min((strip+1)*piece, len(values))]) {
			bad.Store(true)
		}
		return !bad.Load()
	})
	return !bad.Load()
}

func finite(values []float32) bool {
	// Two at a time: without its sign, a float32 whose exponent is all ones is what one
	// more unit of the exponent takes to the uppermost bit.
	pairs := unsafe.Slice((*[4]uint64)(unsafe.Pointer(unsafe.SliceData(values))), len(values)/8)
	var any uint64
	for i := range pairs {
		p := &pairs[i]
		any |= p[0]&^signs + unit
		any |= p[1]&^signs + unit
		any |= p[2]&^signs + unit
		any |= p[3]&^signs + unit
	}
	for _, v := range values[len(pairs)*8:] {
		if v-v != 0 {
			return false
		}
	}
	return any&signs == 0
}

const (
	signs = 0x8000000080000000
	unit  = 0x0080000000800000
)
