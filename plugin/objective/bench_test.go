package objective_test

import (
	"slices"
	"testing"
	"time"

	"impasto.net/plugin/descent"
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnxtest"
)

// BenchmarkIteration has a picture of 512 × 512 pixels go down by L-BFGS, here and by torch in
// turn, on two threads each. It reports the quickest iterations of both in milliseconds: what
// else runs on the machine adds to a time, nothing takes from it.
func BenchmarkIteration(b *testing.B) {
	torch := onnxtest.StartPython(b, "testdata/reference.py")
	for name, e := range onnxtest.Encoders {
		b.Run(name, func(b *testing.B) {
			const iterations = 5
			f := known(b, e, 512, 512)
			task := f.task(b, "descent")
			task["iterations"] = iterations
			o := f.load(b, whole)
			gradient := make([]float32, len(f.start.Values))
			here, there := time.Hour.Seconds(), time.Hour.Seconds()
			for b.Loop() {
				var answer struct{ Seconds float64 }
				torch.Ask(b, task, &answer)
				there = min(there, answer.Seconds)
				x := network.Tensor{Shape: f.start.Shape, Values: slices.Clone(f.start.Values)}
				l := descent.NewLBFGS(iterations, 2)
				begun := time.Now()
				for range iterations {
					loss, err := o.Evaluate(b.Context(), x, gradient)
					if err != nil {
						b.Fatal(err)
					}
					l.Step(x.Values, loss.Total(), gradient)
				}
				here = min(here, time.Since(begun).Seconds())
			}
			b.ReportMetric(1000*here/iterations, "ms/iteration")
			b.ReportMetric(1000*there/iterations, "torch-ms/iteration")
			b.ReportMetric(here/there, "of-torch")
		})
	}
}
