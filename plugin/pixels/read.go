package pixels

import (
	"context"
	"encoding/binary"
	"math"
	"sync/atomic"
	"unsafe"

	"github.com/zeebo/xxh3"

	"impasto.net/plugin/colour"
)

// Key tells pictures apart by their content.
type Key [16]byte

// Reader takes plates to a network.
type Reader struct {
	Space         *colour.Space
	Encoders      Encoders
	BGR           bool
	Premultiplied bool
	Exposure      float64 // stops that light is raised by
}

// Content is what there is on a plate.
type Content struct {
	Key     Key
	Strange int  // pixels that are not finite
	Opaque  bool // alpha is 1 everywhere
}

// Read fills the picture of three planes that the network sees. Of pixels that are not finite
// it sees what a clamp to 0 and 1 makes of them. RGB is divided by the pixel's white. Pixels with a
// NaN, and with an alpha of 0 or less where RGB carries it, are filled from around them, because
// nothing is known of their colour.
func (r *Reader) Read(ctx context.Context, workers int, plate *Image, g *Geometry,
	picture []float32) (Content, error) {
	plane := g.Plane()
	red, green, blue := picture[:plane], picture[plane:2*plane], picture[2*plane:3*plane]
	if r.BGR {
		red, blue = blue, red
	}
	digests := make([]byte, (g.Height+stripRows-1)/stripRows*48)
	var strange, holes atomic.Int64
	var open atomic.Bool
	simple := r.Space.Simple && r.Exposure == 0
	e := r.Encoders[r.Space.IsLight(!simple)]
	Strips(workers, g.Height, func(strip, from, to int) bool {
		bad, unseen, opaque := 0, 0, true
		for y := from; y < to; y++ {
			src := plate.pixels(plate.Window[3]-1-reflect(y-g.Top, g.Down.Count), plate.Window[0],
				plate.Window[2])
			start := y*g.Width + g.Left
			pr, pg, pb := red[start:start+g.Across.Count], green[start:start+g.Across.Count],
				blue[start:start+g.Across.Count]
			if simple {
				b, u := r.row(e, src, pr, pg, pb)
				bad, unseen = bad+b, unseen+u
			} else {
				b, u := r.converted(e, src, pr, pg, pb)
				bad, unseen = bad+b, unseen+u
			}
			opaque = opaque && solid(src)
			if g.Across.Count < g.Width {
				start, end := y*g.Width, (y+1)*g.Width
				padRow(red[start:end], g.Left, g.Across.Count)
				padRow(green[start:end], g.Left, g.Across.Count)
				padRow(blue[start:end], g.Left, g.Across.Count)
			}
		}
		for c, p := range [][]float32{red, green, blue} {
			h := xxh3.Hash128(Bytes(p[from*g.Width : to*g.Width])).Bytes()
			copy(digests[strip*48+c*16:], h[:])
		}
		strange.Add(int64(bad))
		holes.Add(int64(unseen))
		if !opaque {
			open.Store(true)
		}
		return ctx.Err() == nil
	})
	for _, v := range []int{g.Across.Count, g.Down.Count, g.Width, g.Height, g.Left, g.Top} {
		digests = binary.LittleEndian.AppendUint64(digests, uint64(v))
	}
	if holes.Load() > 0 && ctx.Err() == nil {
		planes{[3][]float32{red, green, blue}, g.Width, g.Height}.fill(workers, e.black)
	}
	return Content{xxh3.Hash128(digests).Bytes(), int(strange.Load()), !open.Load()}, ctx.Err()
}

// solid says whether alpha is 1 everywhere.
func solid(row [][4]float32) bool {
	for x := range row {
		if row[x][3] != 1 {
			return false
		}
	}
	return true
}

func (r *Reader) row(e *Encoder, src [][4]float32, red, green,
	blue []float32) (strange, holes int) {
	red, green, blue = red[:len(src)], green[:len(src)], blue[:len(src)]
	for x := range src {
		p := &src[x]
		cr, cg, cb := p[0], p[1], p[2]
		// x-x is NaN for what is not finite, and so is a sum that one NaN is in.
		if t := (cr - cr) + (cg - cg) + (cb - cb) + (p[3] - p[3]); t != 0 {
			strange++
			if cr != cr || cg != cg || cb != cb || p[3] != p[3] {
				red[x], green[x], blue[x] = unknown, unknown, unknown
				holes++
				continue
			}
		}
		if r.Premultiplied && !(p[3] > 0) {
			red[x], green[x], blue[x] = unknown, unknown, unknown
			holes++
			continue
		}
		if w := white(p, r.Premultiplied); w != 1 {
			cr, cg, cb = cr/w, cg/w, cb/w
		}
		if i := (math.Float32bits(cr) - encodeLow) >> encodeShift; i < encodePieces {
			s := &e.pieces[i]
			red[x] = s.at + s.slope*cr
		} else {
			red[x] = e.outside(cr)
		}
		if i := (math.Float32bits(cg) - encodeLow) >> encodeShift; i < encodePieces {
			s := &e.pieces[i]
			green[x] = s.at + s.slope*cg
		} else {
			green[x] = e.outside(cg)
		}
		if i := (math.Float32bits(cb) - encodeLow) >> encodeShift; i < encodePieces {
			s := &e.pieces[i]
			blue[x] = s.at + s.slope*cb
		} else {
			blue[x] = e.outside(cb)
		}
	}
	return strange, holes
}

// padRow reflects what lies from left on into the rest of the row.
func padRow(row []float32, left, width int) {
	for x := range left {
		row[x] = row[left+reflect(x-left, width)]
	}
	for x := left + width; x < len(row); x++ {
		row[x] = row[left+reflect(x-left, width)]
	}
}

// Bytes are those of values, where they lie.
func Bytes(v []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), 4*len(v))
}
