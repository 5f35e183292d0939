package pixels

import (
	"math"
	"sync/atomic"
)

// Finite says whether there is neither NaN nor infinity among the values.
func Finite(workers int, values []float32) bool {
	var bad atomic.Bool
	pieces(workers, len(values), func(from, to int) bool {
		if !finite(values[from:to]) {
			bad.Store(true)
		}
		return !bad.Load()
	})
	return !bad.Load()
}

func finite(values []float32) bool {
	// Without its sign, a float32 whose exponent is all ones is what one more unit of the
	// exponent takes to the uppermost bit.
	const unit, sign = 0x00800000, 0x80000000
	var any uint32
	for len(values) >= 8 {
		p := (*[8]float32)(values)
		a := (math.Float32bits(p[0])&^sign + unit) | (math.Float32bits(p[1])&^sign + unit)
		b := (math.Float32bits(p[2])&^sign + unit) | (math.Float32bits(p[3])&^sign + unit)
		c := (math.Float32bits(p[4])&^sign + unit) | (math.Float32bits(p[5])&^sign + unit)
		d := (math.Float32bits(p[6])&^sign + unit) | (math.Float32bits(p[7])&^sign + unit)
		any |= a | b | c | d
		values = values[8:]
	}
	for _, v := range values {
		any |= math.Float32bits(v)&^sign + unit
	}
	return any&sign == 0
}
