package engine

import (
	"context"
	"encoding/binary"
	"math"

	"impasto.net/bridge"
	"impasto.net/plugin/network"
	"impasto.net/plugin/optimise"
)

// startOf gives a job's plate as the node paints it in the style that the descent starts
// from. A style that takes a painting gets the job's.
func startOf(ctx context.Context, in string, j *optimise.Job, e *engine) (network.Tensor, error) {
	r := bridge.NewFrame(image(j.Plate), bridge.SpaceSRGB)
	r.Style, r.Size.TextureScale = in, j.TextureScale
	r.Painting = &bridge.Painting{Space: bridge.SpaceSRGB, Image: image(optimise.Cropped(j.Painting, j.TextureCrop))}
	done, err := e.render(ctx, &r, nil, func(float64, string) {})
	if err != nil {
		return network.Tensor{}, err
	}
	return fromImage(done.Pixels, j.Plate), nil
}

// image is a picture as a plate, opaque.
func image(t network.Tensor) bridge.Image {
	width, height := int(t.Shape[3]), int(t.Shape[2])
	n := width * height
	im := bridge.Image{Window: bridge.Window{0, 0, width, height}, Channels: 4, RowBytes: 16 * width, Pixels: make([]byte, 0, 16*n)}
	for y := range height {
		for x := range width {
			at := (height-1-y)*width + x
			for _, v := range [4]float32{t.Values[at], t.Values[n+at], t.Values[2*n+at], 1} {
				im.Pixels = binary.LittleEndian.AppendUint32(im.Pixels, math.Float32bits(v))
			}
		}
	}
	return im
}

// fromImage is the opposite of image, for a picture of the size of another one.
func fromImage(pixels []byte, like network.Tensor) network.Tensor {
	width, height := int(like.Shape[3]), int(like.Shape[2])
	values := make([]float32, len(like.Values))
	for i := range values {
		c, at := i/(width*height), i%(width*height)
		from := 4 * (4*((height-1-at/width)*width+at%width) + c)
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(pixels[from:]))
	}
	return network.NewPicture(values, width, height)
}
