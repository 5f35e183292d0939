package acceptance

import "math"

// plane is a plane of a picture in float64, row by row.
type plane [][]float64

func newPlane(width, height int, at func(x, y int) float64) plane {
	p := make(plane, height)
	for y := range p {
		p[y] = make([]float64, width)
		for x := range p[y] {
			p[y][x] = at(x, y)
		}
	}
	return p
}

func (p plane) turned() plane {
	return newPlane(len(p), len(p[0]), func(x, y int) float64 { return p[x][y] })
}

// resampled is a plane of another size: rows by the Catmull-Rom spline, which is widened to
// cover what goes into one value, and then columns.
func (p plane) resampled(width, height int) plane {
	rows := func(p plane, width int) plane {
		step := float64(len(p[0])) / float64(width)
		return newPlane(width, len(p), func(x, y int) float64 {
			sum, weights := 0., 0.
			for i, v := range p[y] {
				d := math.Abs(float64(i)+0.5-(float64(x)+0.5)*step) / max(step, 1)
				w := 0.
				switch {
				case d < 1:
					w = 1 - 2.5*d*d + 1.5*d*d*d
				case d < 2:
					w = 2 - 4*d + 2.5*d*d - 0.5*d*d*d
				}
				sum, weights = sum+w*v, weights+w
			}
			return sum / weights
		})
	}
	return rows(rows(p, width).turned(), height).turned()
}

// paintedAt is what a style that multiplies by a gain makes of three planes at a size of its
// own, brought back with the edges of the plate.
func paintedAt(planes [3]plane, gain float64, width, height int) (painted [3]plane) {
	plateWidth, plateHeight := len(planes[0][0]), len(planes[0])
	if width == plateWidth && height == plateHeight {
		for c, p := range planes {
			painted[c] = newPlane(width, height, func(x, y int) float64 { return gain * p[y][x] })
		}
		return painted
	}
	light := newPlane(plateWidth, plateHeight,
		func(x, y int) float64 { return (planes[0][y][x] + planes[1][y][x] + planes[2][y][x]) / 3 })
	small := light.resampled(width, height)
	back := small.resampled(plateWidth, plateHeight)
	for c, p := range planes {
		work := p.resampled(width, height)
		slope := newPlane(width, height, func(x, y int) float64 {
			if width >= plateWidth && height >= plateHeight {
				return 0 // nothing was lost
			}
			var n, l, v, ll, lv float64
			for j := max(y-2, 0); j <= min(y+2, height-1); j++ {
				for i := max(x-2, 0); i <= min(x+2, width-1); i++ {
					a, b := small[j][i], gain*work[j][i]
					n, l, v, ll, lv = n+1, l+a, v+b, ll+a*a, lv+a*b
				}
			}
			return (lv/n - l/n*v/n) / (ll/n - l/n*l/n + 4e-4)
		}).resampled(plateWidth, plateHeight)
		work = work.resampled(plateWidth, plateHeight)
		painted[c] = newPlane(plateWidth, plateHeight, func(x, y int) float64 {
			return gain*work[y][x] + slope[y][x]*(light[y][x]-back[y][x])
		})
	}
	return painted
}

// filled gives what is no number the colours around it: at half the size, where it is the
// mean of up to four, and straight between those.
func (p plane) filled() plane {
	width, height := len(p[0]), len(p)
	if width == 1 && height == 1 {
		return p
	}
	half := newPlane((width+1)/2, (height+1)/2, func(x, y int) float64 {
		sum, n := 0., 0.
		for j := 2 * y; j < min(2*y+2, height); j++ {
			for i := 2 * x; i < min(2*x+2, width); i++ {
				if v := p[j][i]; v == v {
					sum, n = sum+v, n+1
				}
			}
		}
		return sum / n
	}).filled()
	return newPlane(width, height, func(x, y int) float64 {
		if v := p[y][x]; v == v {
			return v
		}
		sum := 0.
		for j := range len(half) + 2 {
			for i := range len(half[0]) + 2 { // the edges count twice
				across := max(0, 1-math.Abs((float64(x)+0.5)/2-(float64(i)-0.5)))
				up := max(0, 1-math.Abs((float64(y)+0.5)/2-(float64(j)-0.5)))
				if across*up > 0 {
					sum += across * up * half[min(max(j-1, 0), len(half)-1)][min(max(i-1, 0),
						len(half[0])-1)]
				}
			}
		}
		return sum
	})
}
