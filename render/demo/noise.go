package main

import "math"

// hash turns a lattice point into a number from 0 to 1 (the finaliser of MurmurHash3).
func hash(x, y, seed int32) float64 {
	h := uint32(x)*0x85ebca6b ^ uint32(y)*0xc2b2ae35 ^ uint32(seed)*0x27d4eb2f
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	h ^= h >> 16
	return float64(h) / math.MaxUint32
}

// noise is value noise with Perlin's quintic fade (Improving Noise, 2002), from 0 to 1.
func noise(x, y float64, seed int32) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int32(fx), int32(fy)
	u, v := fade(x-fx), fade(y-fy)
	low := lerp(hash(ix, iy, seed), hash(ix+1, iy, seed), u)
	high := lerp(hash(ix, iy+1, seed), hash(ix+1, iy+1, seed), u)
	return lerp(low, high, v)
}

// fbm is octaves of noise, each twice as fine and half as strong; from 0 to 1.
func fbm(x, y float64, octaves int, seed int32) float64 {
	sum, weight, total := 0.0, 1.0, 0.0
	for i := range octaves {
		sum += weight * noise(x, y, seed+int32(i))
		total += weight
		weight /= 2
		x, y = 2*x+17.3, 2*y+5.1
	}
	return sum / total
}

func fade(t float64) float64       { return t * t * t * (t*(t*6-15) + 10) }
func lerp(a, b, t float64) float64 { return a + (b-a)*t }

// smoothstep rises from 0 at a to 1 at b.
func smoothstep(a, b, x float64) float64 {
	t := min(max((x-a)/(b-a), 0), 1)
	return t * t * (3 - 2*t)
}
