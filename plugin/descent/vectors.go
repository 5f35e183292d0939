package descent

import "sync"

// piece is how many values are summed up on their own.
const piece = 1 << 14

// pieces has every piece of n values done, by so many threads.
func pieces(threads, n int, do func(i, from, to int)) {
	count := (n + piece - 1) / piece
	var workers sync.WaitGroup
	for thread := range threads {
		workers.Go(func() {
			for i := thread; i < count; i += threads {
				do(i, i*piece, min((i+1)*piece, n))
			}
		})
	}
	workers.Wait()
}

// dot is a · b.
func (l *LBFGS) dot(a, b []float32) float64 {
	sums := make([]float64, (len(a)+piece-1)/piece)
	pieces(l.threads, len(a), func(i, from, to int) { sums[i] = dot(a[from:to], b[from:to]) })
	sum := 0.
	for _, s := range sums {
		sum += s
	}
	return sum
}

// dot is a · b in four sums, so that one addition need not wait for the other.
func dot(a, b []float32) float64 {
	var s, t, u, v float64
	for len(a) >= 4 && len(b) >= 4 {
		s += float64(a[0]) * float64(b[0])
		t += float64(a[1]) * float64(b[1])
		u += float64(a[2]) * float64(b[2])
		v += float64(a[3]) * float64(b[3])
		a, b = a[4:], b[4:]
	}
	for i := range a {
		s += float64(a[i]) * float64(b[i])
	}
	return (s + t) + (u + v)
}

// add adds factor · b to a.
func (l *LBFGS) add(a []float32, factor float64, b []float32) {
	f := float32(factor)
	pieces(l.threads, len(a), func(_, from, to int) {
		a, b := a[from:to], b[from:to]
		for i := range a {
			a[i] += f * b[i]
		}
	})
}

// scale sets a to factor · b.
func (l *LBFGS) scale(a []float32, factor float64, b []float32) {
	f := float32(factor)
	pieces(l.threads, len(a), func(_, from, to int) {
		a, b := a[from:to], b[from:to]
		for i := range a {
			a[i] = f * b[i]
		}
	})
}

// largest is the largest value of a, whatever its sign.
func largest(a []float32) float64 {
	var most float32
	for _, v := range a {
		most = max(most, v, -v)
	}
	return float64(most)
}
