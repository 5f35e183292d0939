package ofx

import (
	"math"

	"impasto.net/render/picture"
)

// layer is a picture at the render scale, in the coordinates of rect: RGBA, top row first.
type layer struct {
	rect
	pix []float32
}

func (l *layer) line(y int) []float32 {
	n := 4 * l.width()
	i := (l.y2 - 1 - y) * n
	return l.pix[i : i+n]
}

// layerOf places a picture. Below full size its pixels are averaged by the area they cover.
func (i *Instance) layerOf(im *picture.Image, aspect float64) *layer {
	data, display := im.DataWindow, im.DisplayWindow
	full := rect{data.Min.X - display.Min.X, display.Max.Y - data.Max.Y, data.Max.X - display.Min.X,
		display.Max.Y - data.Min.Y}
	if i.setup.Scale == 1 {
		return &layer{full, im.Pix}
	}
	at := region{float64(full.x1), float64(full.y1), float64(full.x2), float64(full.y2)}
	return reduce(&layer{full, im.Pix}, at.pixels(i.setup.Scale, 1), i.setup.Scale)
}

// fill makes an image of a layer; outside it is black and transparent.
func (b *buffer) fill(l *layer, components int, depth string) {
	row := make([]float32, components*b.bounds.width())
	shared := b.bounds.intersect(l.rect)
	for y := b.bounds.y1; y < b.bounds.y2; y++ {
		if shared != b.bounds {
			clear(row)
		}
		if y >= shared.y1 && y < shared.y2 && !shared.empty() {
			from := l.line(y)[4*(shared.x1-l.x1) : 4*(shared.x2-l.x1)]
			pick(row[components*(shared.x1-b.bounds.x1):], from, components)
		}
		store(b.line(y), row, components, depth)
	}
}

// reduce makes a layer smaller: every pixel of the result is the mean of the area that it covers.
// Areas beyond the layer count as black and transparent.
func reduce(from *layer, to rect, scale float64) *layer {
	across := weigh(from.x1, from.x2, to.x1, to.x2, scale)
	down := weigh(from.y1, from.y2, to.y1, to.y2, scale)
	narrow := make([]float32, 4*to.width()*from.height())
	for y := from.y1; y < from.y2; y++ {
		source, target := from.line(y), narrow[(y-from.y1)*4*to.width():]
		for x, share := range across {
			for i, w := range share.weights {
				p := 4 * (share.first + i - from.x1)
				for c := range 4 {
					target[4*x+c] += w * source[p+c]
				}
			}
		}
	}
	result := &layer{to, make([]float32, 4*to.width()*to.height())}
	for y, share := range down {
		target := result.line(to.y1 + y)
		for i, w := range share.weights {
			source := narrow[(share.first+i-from.y1)*4*to.width():]
			for x := range target {
				target[x] += w * source[x]
			}
		}
	}
	return result
}

// share is the pixels that one of the result is made of.
type share struct {
	first   int
	weights []float32
}

func weigh(from1, from2, to1, to2 int, scale float64) []share {
	shares := make([]share, to2-to1)
	for i := range shares {
		left, right := float64(to1+i)/scale, float64(to1+i+1)/scale
		first := max(from1, int(math.Floor(left)))
		last := min(from2, int(math.Ceil(right)))
		shares[i].first = first
		for p := first; p < last; p++ {
			covered := math.Min(right, float64(p+1)) - math.Max(left, float64(p))
			shares[i].weights = append(shares[i].weights, float32(math.Max(0, covered)*scale))
		}
	}
	return shares
}
