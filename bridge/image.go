package bridge

import "fmt"

// Window is a rectangle of pixels in frame-global coordinates, y up: x1, y1, x2, y2.
// The second corner is outside.
type Window [4]int

func (w Window) Width() int  { return w[2] - w[0] }
func (w Window) Height() int { return w[3] - w[1] }

// What a Window may be at the most. The largest frame that OFX hosts make is 16384
// squared; the bounds keep every product below from overflowing.
const (
	maxCoordinate = 1 << 24
	maxPixels     = 1 << 28
)

func (w Window) check() error {
	for _, v := range w {
		if v < -maxCoordinate || v > maxCoordinate {
			return fmt.Errorf("window %v lies beyond ±%d", w, maxCoordinate)
		}
	}
	if w.Width() <= 0 || w.Height() <= 0 {
		return fmt.Errorf("window %v is empty", w)
	}
	if w.Width()*w.Height() > maxPixels {
		return fmt.Errorf("window %v has more than %d pixels", w, maxPixels)
	}
	return nil
}

// Size is how many bytes the rows take.
func (im *Image) Size() int { return im.RowBytes * im.Window.Height() }

// Check says whether the image is one that may be read, in memory of that many bytes
// or inline when memory is 0 (an output then has no pixels yet). Nothing else may look
// at an image that came over a socket before this did.
func (im *Image) Check(channels, memory int) error {
	if err := im.Window.check(); err != nil {
		return err
	}
	if im.Channels != channels {
		return fmt.Errorf("%d channels where %d are wanted", im.Channels, channels)
	}
	row := im.Window.Width() * channels * 4
	if im.RowBytes < row || im.RowBytes > 2*row+4096 || im.RowBytes%4 != 0 {
		return fmt.Errorf("rows of %d bytes for %d pixels of %d channels", im.RowBytes,
			im.Window.Width(), channels)
	}
	switch {
	case memory == 0 && im.Offset != 0:
		return fmt.Errorf("offset %d without memory", im.Offset)
	case memory == 0 && im.Pixels != nil && len(im.Pixels) != im.Size():
		return fmt.Errorf("%d bytes of pixels where %d are wanted", len(im.Pixels), im.Size())
	case memory != 0 && im.Pixels != nil:
		return fmt.Errorf("pixels both inline and in memory")
	case memory != 0 && (im.Offset < 0 || im.Offset%4 != 0 || im.Offset > memory-im.Size()):
		return fmt.Errorf("%d bytes at offset %d of %d", im.Size(), im.Offset, memory)
	}
	return nil
}
