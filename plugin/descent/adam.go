package descent

import "math"

// Adam is the method of Kingma and Ba (2015, algorithm 1, with its constants): a step along
// the mean of earlier gradients, over the root of the mean of their squares. It needs more
// iterations than LBFGS, twice as many and more; it holds two pictures, however many there are.
type Adam struct {
	threads       int
	steps         float64
	mean, squares []float32
}

const (
	// Rate is about how far a step takes every pixel. By half of it the loss sinks more slowly,
	// by twice as much it never settles.
	Rate = 0.04

	meanDecay, squaresDecay = 0.9, 0.999
	tiny                    = 1e-8
)

// NewAdam makes one.
func NewAdam(threads int) *Adam { return &Adam{threads: threads} }

// Step moves a picture, given the gradient of the objective there. It takes no notice of
// the objective.
func (a *Adam) Step(picture []float32, _ float64, gradient []float32) {
	if a.mean == nil {
		a.mean, a.squares = make([]float32, len(picture)), make([]float32, len(picture))
	}
	a.steps++
	step := float32(Rate / (1 - math.Pow(meanDecay, a.steps)))
	unbiased := float32(1 / (1 - math.Pow(squaresDecay, a.steps)))
	pieces(a.threads, len(picture), func(_, from, to int) {
		x, g, m, s := picture[from:to], gradient[from:to], a.mean[from:to], a.squares[from:to]
		for i, v := range g {
			m[i] += (1 - meanDecay) * (v - m[i])
			s[i] += (1 - squaresDecay) * (v*v - s[i])
			x[i] -= step * m[i] / (float32(math.Sqrt(float64(s[i]*unbiased))) + tiny)
		}
	})
}

// Settle leaves the picture where it is.
func (a *Adam) Settle([]float32, float64) {}
