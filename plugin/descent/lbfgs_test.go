package descent_test

import (
	"math"
	"slices"
	"testing"

	"impasto.net/plugin/descent"
)

// bowl is Σ cᵢ (xᵢ - i)² / 2 with curvatures from 1 to 1000.
func bowl(x, gradient []float32) (loss float64) {
	for i, v := range x {
		c := math.Pow(1000, float64(i)/float64(len(x)-1))
		off := float64(v) - float64(i)/float64(len(x))
		gradient[i] = float32(c * off)
		loss += c * off * off / 2
	}
	return loss
}

func descend(objective func(x, gradient []float32) float64, n, memory, threads,
	iterations int) ([]float32, float64) {
	x, gradient := make([]float32, n), make([]float32, n)
	l := descent.NewLBFGS(memory, threads)
	for range iterations {
		l.Step(x, objective(x, gradient), gradient)
	}
	l.Settle(x, objective(x, gradient))
	return x, objective(x, gradient)
}

func TestFindsTheMinimum(t *testing.T) {
	if x, loss := descend(bowl, 50, 20, 1, 100); !(loss < 1e-5) {
		t.Errorf("after 100 iterations the loss is %g at %v", loss, x)
	}
}

// A valley that bends, where steps of length 1 overshoot (Rosenbrock 1960).
func TestFollowsAValley(t *testing.T) {
	valley := func(x, gradient []float32) float64 {
		a, b := float64(x[0]), float64(x[1])
		gradient[0], gradient[1] = float32(2*(a-1)-400*a*(b-a*a)), float32(200*(b-a*a))
		return (1-a)*(1-a) + 100*(b-a*a)*(b-a*a)
	}
	if x, loss := descend(valley, 2, 5, 1, 200); !(loss < 1e-6) {
		t.Errorf("after 200 iterations the loss is %g at %v", loss, x)
	}
}

// Beyond a cliff there are no numbers: it goes back.
func TestComesBackFromWhereThereAreNoNumbers(t *testing.T) {
	cliff := func(x, gradient []float32) float64 {
		gradient[0] = 1 - 1/float32(math.Sqrt(float64(1e-4+x[0])))
		return float64(x[0]) - 2*math.Sqrt(1e-4+float64(x[0]))
	}
	if x, loss := descend(cliff, 1, 5, 1, 100); !(math.Abs(float64(x[0])-1) < 1e-2) {
		t.Errorf("after 100 iterations the loss is %g at %v", loss, x)
	}
}

func TestThreadsDoNotChangeABit(t *testing.T) {
	const n = 100_000
	one, _ := descend(bowl, n, 5, 1, 12)
	three, _ := descend(bowl, n, 5, 3, 12)
	if !slices.Equal(one, three) {
		t.Error("three threads come elsewhere than one")
	}
	byAdam := func(threads int) []float32 {
		x, gradient := make([]float32, n), make([]float32, n)
		a := descent.NewAdam(threads)
		for range 12 {
			a.Step(x, bowl(x, gradient), gradient)
		}
		return x
	}
	if !slices.Equal(byAdam(1), byAdam(3)) {
		t.Error("by Adam three threads come elsewhere than one")
	}
}
