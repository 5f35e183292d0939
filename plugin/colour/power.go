package colour

// power is a curve without straight parts. Values below 0 are mirrored, so that there is an
// inverse.
type power float32

// bt1886 is the power of ITU-R BT.1886 with a black of 0 and a white of 1: what a display
// makes of Rec. 709. The camera's curve in ITU-R BT.709 is not its inverse, and no picture
// is graded through it.
const bt1886 power = 2.4

func (p power) decode(row []Pixel) { raise(row, float32(p)) }
func (p power) encode(row []Pixel) { raise(row, 1/float32(p)) }

func raise(row []Pixel, by float32) {
	for i := range row {
		for c, x := range row[i][:3] {
			switch {
			case x > 0:
				row[i][c] = exp2(by * Log2(x))
			case x < 0:
				row[i][c] = -exp2(by * Log2(-x))
			}
		}
	}
}

// sRGB is IEC 61966-2-1, mirrored below 0 and going on above 1.
type sRGB struct{}

func (sRGB) decode(row []Pixel) {
	for i := range row {
		for c, x := range row[i][:3] {
			row[i][c] = mirrored(x, func(x float32) float32 {
				if x <= 0.04045 {
					return x / 12.92
				}
				return exp2(2.4 * Log2((x+0.055)/1.055))
			})
		}
	}
}

func (sRGB) encode(row []Pixel) {
	for i := range row {
		for c, x := range row[i][:3] {
			row[i][c] = mirrored(x, func(x float32) float32 {
				if x <= 0.0031308 {
					return 12.92 * x
				}
				return 1.055*exp2(Log2(x)/2.4) - 0.055
			})
		}
	}
}

func mirrored(x float32, f func(float32) float32) float32 {
	if x < 0 {
		return -f(-x)
	}
	return f(x)
}
