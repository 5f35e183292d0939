// Package descent finds pictures that make an objective small.
package descent

import "math"

// LBFGS is the limited-memory BFGS method (Nocedal and Wright, Numerical Optimization,
// algorithm 7.4). A step of length 1 is taken unless the objective does not sink enough
// there (Armijo); then a shorter one is. gonum's keeps everything in float64 and looks for
// a better step at more gradients; this holds 2 · memory + 2 pictures in float32, and a
// picture of 1080 lines is 25 MB.
//
// Sums are taken in float64 over pieces of one size, in their order, so that the result
// does not depend on the number of threads.
type LBFGS struct {
	memory  int
	threads int

	pairs     []pair
	loss      float64   // where the last step began,
	earlier   []float32 // and the gradient there
	direction []float32
	slope     float64 // of the loss along it
	length    float64 // of the last step, in directions
	stretch   float64 // of the next direction
}

// pair is how a step changed the picture, and how that changed the gradient.
type pair struct {
	step, change []float32
	rho          float64 // 1 / (step · change)
}

const (
	// firstStep is how far the first step takes the pixel that it takes farthest: little is
	// known of the objective before it.
	firstStep = 0.01

	// longest is how far a step may take the farthest pixel.
	longest = 0.5

	// enough is what the loss has to sink by, of what the slope promises.
	enough = 1e-4

	// rounding is what of a loss is not known, in float32.
	rounding = 1e-6

	// shortest is the length of steps that are taken whatever the loss.
	shortest = 1e-4
)

// NewLBFGS makes one that remembers so many steps.
func NewLBFGS(memory, threads int) *LBFGS {
	return &LBFGS{memory: memory, threads: threads, stretch: 1}
}

// Step moves a picture, given the objective and its gradient there.
func (l *LBFGS) Step(picture []float32, loss float64, gradient []float32) {
	if l.earlier == nil {
		l.direction, l.earlier = make([]float32, len(picture)), make([]float32, len(picture))
	} else if l.length > shortest && !(loss <= l.loss+enough*l.length*l.slope+rounding*l.loss) {
		shorter := l.shorter(loss)
		l.add(picture, shorter-l.length, l.direction)
		l.length = shorter
		return
	} else {
		l.remember(gradient)
	}
	l.solve(gradient)
	if l.slope = l.dot(l.direction, gradient); !(l.slope < 0) { // by rounding alone
		l.pairs = nil
		l.solve(gradient)
		l.slope = l.dot(l.direction, gradient)
	}
	l.loss, l.length = loss, 1
	copy(l.earlier, gradient)
	l.add(picture, l.length, l.direction)
}

// Settle takes the last step back if the objective is no smaller where it ended.
func (l *LBFGS) Settle(picture []float32, loss float64) {
	if !(loss <= l.loss) {
		l.add(picture, -l.length, l.direction)
	}
}

// shorter is where the parabola through the loss and the slope that were and the loss that
// is has its minimum, within bounds.
func (l *LBFGS) shorter(loss float64) float64 {
	best := -l.slope * l.length * l.length / (2 * (loss - l.loss - l.slope*l.length))
	if !(best > 0.1*l.length) { // or the loss is no number
		best = 0.1 * l.length
	}
	return min(best, 0.5*l.length)
}

// remember keeps the last step, in place of the oldest where there are enough. A step
// along which the gradient did not grow says nothing of a minimum but that it is farther
// away: it is forgotten, and the next one is twice as long.
func (l *LBFGS) remember(gradient []float32) {
	var p pair
	if len(l.pairs) == l.memory {
		p, l.pairs = l.pairs[0], append(l.pairs[:0], l.pairs[1:]...)
	} else {
		p.step, p.change = make([]float32, len(gradient)), make([]float32, len(gradient))
	}
	l.scale(p.step, l.length, l.direction)
	copy(p.change, gradient)
	l.add(p.change, -1, l.earlier)
	curvature := l.dot(p.step, p.change)
	if curvature > 1e-8*math.Sqrt(l.dot(p.step, p.step)*l.dot(p.change, p.change)) {
		p.rho = 1 / curvature
		l.pairs = append(l.pairs, p)
		l.stretch = 1
	} else {
		l.stretch *= 2
	}
}

// solve sets the direction to the gradient times the inverse Hessian, as far as the pairs
// tell it, downhill.
func (l *LBFGS) solve(gradient []float32) {
	l.scale(l.direction, -1, gradient)
	alphas := make([]float64, len(l.pairs))
	for i := len(l.pairs) - 1; i >= 0; i-- {
		p := &l.pairs[i]
		alphas[i] = p.rho * l.dot(p.step, l.direction)
		l.add(l.direction, -alphas[i], p.change)
	}
	if n := len(l.pairs); n > 0 {
		newest := &l.pairs[n-1]
		l.scale(l.direction, 1/(newest.rho*l.dot(newest.change, newest.change)), l.direction)
	}
	for i := range l.pairs {
		p := &l.pairs[i]
		l.add(l.direction, alphas[i]-p.rho*l.dot(p.change, l.direction), p.step)
	}
	farthest := largest(l.direction)
	if farthest == 0 {
		return
	}
	factor := min(l.stretch, longest/farthest)
	if len(l.pairs) == 0 {
		factor = min(l.stretch*firstStep, longest) / farthest
	}
	l.scale(l.direction, factor, l.direction)
}
