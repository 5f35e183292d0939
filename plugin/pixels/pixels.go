// Package pixels takes plates to networks and back: colour, padding and the blend. It is
// most of what a frame costs besides the network, so its loops are written for speed.
//
// Plates are interleaved RGBA float32, the lowest row first, as bridge.Image has them. A
// network's pictures are planar: three planes in the order of its channels, height ×
// width float32 each, the top row first. Because the layouts differ in all of this, a
// tensor cannot lie over the shared memory: every frame is converted once each way.
package pixels

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/zeebo/xxh3"

	"impasto.net/bridge"
)

// Image is a bridge.Image with its pixels at hand.
type Image struct {
	Window   bridge.Window
	channels int
	stride   int // in floats
	values   []float32
}

// NewImage lays an image over its bytes. The image must have passed bridge.Image.Check
// for the memory that the bytes are part of, and start on a multiple of four bytes, as
// memory of a map and of the allocator does.
func NewImage(im *bridge.Image, b []byte) Image {
	b = b[:im.Size()]
	return Image{
		Window:   im.Window,
		channels: im.Channels,
		stride:   im.RowBytes / 4,
		values:   unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4),
	}
}

// row is the part of row y from x1 to x2, which must lie in the window.
func (im *Image) row(y, x1, x2 int) []float32 {
	start := (y - im.Window[1]) * im.stride
	return im.values[start+(x1-im.Window[0])*im.channels : start+(x2-im.Window[0])*im.channels]
}

// Content is a key of what the image shows, wherever it lies.
func (im *Image) Content() Key {
	h := xxh3.New()
	for y := im.Window[1]; y < im.Window[3]; y++ {
		h.Write(Bytes(im.row(y, im.Window[0], im.Window[2])))
	}
	var size [16]byte
	binary.LittleEndian.PutUint64(size[:], uint64(im.Window.Width()))
	binary.LittleEndian.PutUint64(size[8:], uint64(im.Window.Height()))
	h.Write(size[:])
	return h.Sum128().Bytes()
}

// Digest is a key of values.
func Digest(values []float32) Key { return xxh3.Hash128(Bytes(values)).Bytes() }

// pixels is row of an image of four channels.
func (im *Image) pixels(y, x1, x2 int) [][4]float32 {
	r := im.row(y, x1, x2)
	return unsafe.Slice((*[4]float32)(unsafe.Pointer(unsafe.SliceData(r))), len(r)/4)
}

// stripRows is how many rows of a picture are worked on at a time: enough to keep a
// processor busy, few enough to stay in its cache. It does not depend on the number of
// workers, so neither does the key of a picture.
const stripRows = 16

// pieces is Strips for values in no rows.
func pieces(workers, count int, work func(from, to int) bool) {
	const length = 1 << 14
	Strips(workers, (count+length-1)/length*stripRows, func(strip, _, _ int) bool {
		return work(strip*length, min((strip+1)*length, count))
	})
}

// Strips splits rows into strips and works on them with that many goroutines. It stops
// early when the work says so.
func Strips(workers, rows int, work func(strip, from, to int) bool) {
	strips := (rows + stripRows - 1) / stripRows
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(workers, strips) {
		group.Go(func() {
			for {
				s := int(next.Add(1)) - 1
				if s >= strips {
					return
				}
				if !work(s, s*stripRows, min((s+1)*stripRows, rows)) {
					next.Store(int64(strips))
					return
				}
			}
		})
	}
	group.Wait()
}
