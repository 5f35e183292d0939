package colour

// bt1886 is the power of ITU-R BT.1886 with a black of 0 and a white of 1: what a display
// makes of Rec. 709. The camera's curve in ITU-R BT.709 is not its inverse, and no picture
// is graded through it.
const bt1886 = 2.4

// raise takes values to a power. Those below 0 are mirrored, so that there is an inverse.
func raise(row []Pixel, by float32) {
	for i := range row {
		for c, x := range row[i][:3] {
			switch {
			case x > 0:
				row[i][c] = exp2(by * log2(x))
			case x < 0:
				row[i][c] = -exp2(by * log2(-x))
			}
		}
	}
}
