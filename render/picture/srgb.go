package picture

import (
	"math"
	"sort"
	"sync"
)

// Linear is the scene-linear value of an sRGB-encoded one; values past 0 and 1 follow the curve.
func Linear(v float64) float64 {
	switch {
	case v < 0:
		return -Linear(-v)
	case v <= 0.04045:
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// Encoded is the opposite of Linear.
func Encoded(v float64) float64 {
	switch {
	case v < 0:
		return -Encoded(-v)
	case v <= 0.04045/12.92:
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// linearOf16 has the linear value of every 16-bit code; a byte b is the code 257·b.
var linearOf16 = sync.OnceValue(func() *[1 << 16]float32 {
	var table [1 << 16]float32
	for i := range table {
		table[i] = float32(Linear(float64(i) / 65535))
	}
	return &table
})

// byteEdges has, for every byte but the first, the least linear value that rounds to it.
var byteEdges = sync.OnceValue(func() *[255]float32 {
	var edges [255]float32
	for i := range edges {
		edges[i] = float32(Linear((float64(i) + 0.5) / 255))
	}
	return &edges
})

// EncodeByte is the sRGB byte nearest to a linear value; NaN is 0.
func EncodeByte(v float32) uint8 {
	edges := byteEdges()
	if v != v {
		return 0
	}
	return uint8(sort.Search(len(edges), func(i int) bool { return v < edges[i] }))
}

// EncodeShort is the 16-bit sRGB code nearest to a linear value; NaN is 0.
func EncodeShort(v float32) uint16 {
	return quantise(Encoded(float64(v)), 65535)
}

// DecodeByte is the linear value of an sRGB byte.
func DecodeByte(v uint8) float32 {
	return linearOf16()[uint16(v)*257]
}

// DecodeShort is the linear value of a 16-bit sRGB code.
func DecodeShort(v uint16) float32 {
	return linearOf16()[v]
}

// quantise rounds a value of 0 to 1 to a whole number of 0 to most; NaN is 0.
func quantise(v, most float64) uint16 {
	switch {
	case !(v > 0):
		return 0
	case v >= 1:
		return uint16(most)
	}
	return uint16(v*most + 0.5)
}
