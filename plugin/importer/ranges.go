package importer

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"impasto.net/plugin/network"
)

// guess is a pair of values that a network may take and give, and what it then makes of the
// known picture: in 0 to 1, and how far that is from the picture.
type guess struct {
	in, out  values
	picture  []float32
	distance float64
	plane    bool
}

const (
	// flat is how much less than the known picture's the contrast of a painted one may be.
	flat = 0.2
	// beyond is how far values count that are above white or below black.
	beyond = 0.5
	// oneWithin is how little two guesses may differ in what they paint to be one.
	oneWithin = 0.01
	// unlike is how much farther from the picture a guess counts that gives other values than
	// it takes, where the graph states one of the two, and where it states neither: few
	// networks do, and they mostly say so.
	unlike, unlikely = 1.3, 3
	// rival is how much farther than the nearest a guess may be and still be as good as that.
	// The networks that this was tried with paint by 1.24 and more nearer to the known picture
	// with the values that they were made for than with others.
	rival, rivalBy = 1.2, 0.003
)

var errValues = errors.New("what values it takes and gives cannot be told from its graph nor " +
	"from what it paints: " +
	"say so with --range, and with --output-range where that differs, such as --range 0-255; " +
	"with --mean and --std too where it wants normalised pictures")

// findRanges finds what values a network takes and gives, among some of each. Every pair is
// tried on the known picture: what a network makes of the right values is a picture like that
// one. Pairs that make the same are as good as each other.
func findRanges(in, out []values, known network.Tensor,
	paint func(values) (network.Tensor, error)) (*guess, error) {
	all, err := guesses(in, out, known.Values, paint)
	if err != nil {
		return nil, err
	}
	if len(in) == 1 && len(out) == 1 {
		return &all[0], nil
	}
	all = slices.DeleteFunc(all, func(g guess) bool { return g.plane })
	if len(all) == 0 {
		return nil, errValues
	}
	best := slices.MinFunc(all, func(a, b guess) int { return cmp.Compare(a.distance, b.distance) })
	// Of several that are one it is the first that gives what it takes.
	var chosen *guess
	for i := range all {
		g := &all[i]
		switch one := inside(g.picture, best.picture, int(known.Shape[3])) < oneWithin; {
		case !one && g.distance < rival*best.distance+rivalBy:
			return nil, errValues
		case one && (chosen == nil || g.in == g.out && chosen.in != chosen.out):
			chosen = g
		}
	}
	return chosen, nil
}

// guesses are all pairs that the network takes, tried. The error is of one that takes none.
func guesses(in, out []values, known []float32,
	paint func(values) (network.Tensor, error)) (all []guess, err error) {
	other := float64(unlikely)
	if min(len(in), len(out)) == 1 {
		other = unlike
	}
	for _, v := range in {
		painted, failed := paint(v)
		if failed != nil {
			err = cmp.Or(err, failed)
			continue
		}
		like := known
		if grey(painted.Values) {
			like = luminance(known)
		}
		for _, w := range out {
			g := guess{in: v, out: w, picture: w.back(painted.Values)}
			if g.judge(like); v != w {
				g.distance *= other
			}
			all = append(all, g)
		}
	}
	if all != nil {
		err = nil
	}
	return all, err
}

// back is a picture of such values in 0 to 1.
func (v values) back(picture []float32) []float32 {
	e := v.ends()
	to := make([]float32, len(picture))
	for i, p := range picture {
		s := e[i/(len(picture)/3)]
		to[i] = float32((float64(p) - s[0]) / (s[1] - s[0]))
	}
	return to
}

// judge reckons how far what was painted is from the known picture, and whether it is hardly
// more than a plane of one colour.
func (g *guess) judge(known []float32) {
	clamped := make([]float32, len(g.picture))
	for i, v := range g.picture {
		clamped[i] = min(max(v, -beyond), 1+beyond)
	}
	g.distance = apart(clamped, known)
	g.plane = spread(clamped) < flat*spread(known)
}

// grey says whether all channels of a picture are alike.
func grey(picture []float32) bool {
	n := len(picture) / 3
	return slices.Equal(picture[:n], picture[n:2*n]) && slices.Equal(picture[:n], picture[2*n:])
}

// luminance is a picture in grey.
func luminance(picture []float32) []float32 {
	n := len(picture) / 3
	to := make([]float32, 0, len(picture))
	for i := range n {
		to = append(to, 0.2126*picture[i]+0.7152*picture[n+i]+0.0722*picture[2*n+i])
	}
	return slices.Concat(to, to, to)
}

// apart is the root of the mean square of what two pictures differ by.
func apart(a, b []float32) float64 {
	sum := 0.
	for i := range a {
		d := float64(a[i] - b[i])
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(a)))
}

// inside is how far two pictures are apart but for what lies near their edges, where what
// networks pad with counts.
func inside(a, b []float32, width int) float64 {
	height := len(a) / 3 / width
	var x, y []float32
	for row := range 3 * height {
		if at := row % height; at >= height/6 && at < height-height/6 {
			x = append(x, a[row*width+width/6:(row+1)*width-width/6]...)
			y = append(y, b[row*width+width/6:(row+1)*width-width/6]...)
		}
	}
	return apart(x, y)
}

// spread is the standard deviation of values.
func spread(values []float32) float64 {
	var sum, squares float64
	for _, v := range values {
		sum, squares = sum+float64(v), squares+float64(v)*float64(v)
	}
	n := float64(len(values))
	return math.Sqrt(max(squares/n-sum/n*sum/n, 0))
}
