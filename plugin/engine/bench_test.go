package engine

import (
	"testing"
	"time"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// BenchmarkFrame paints 1080p frames one after the other, as a render does, with every
// style that is shipped. It reports the quickest of every stage in milliseconds: what
// else runs on the machine adds to a time, nothing takes from it.
func BenchmarkFrame(b *testing.B) {
	bank := onnxtest.Shipped()
	all, broken := style.Bank{bank}.All()
	if len(broken) > 0 {
		b.Fatal(broken)
	}
	for _, x := range all {
		b.Run(x.Name, func(b *testing.B) {
			c := newClient(b, bank)
			s := newShared(b, x.Name, 1920, 1080)
			s.smooth(0)
			c.render(s)
			best := bridge.Timings{ConvertIn: 1 << 40, Run: 1 << 40, ConvertOut: 1 << 40}
			overhead := time.Hour
			seed := 0
			for b.Loop() {
				seed++
				b.StopTimer()
				s.smooth(seed)
				b.StartTimer()
				start := time.Now()
				t := c.render(s).Timings
				overhead = min(overhead, time.Since(start)-time.Duration(t.Run)*time.Microsecond)
				best.ConvertIn = min(best.ConvertIn, t.ConvertIn)
				best.Run = min(best.Run, t.Run)
				best.ConvertOut = min(best.ConvertOut, t.ConvertOut)
			}
			b.ReportMetric(float64(best.ConvertIn)/1000, "in-ms")
			b.ReportMetric(float64(best.Run)/1000, "run-ms")
			b.ReportMetric(float64(best.ConvertOut)/1000, "out-ms")
			b.ReportMetric(float64(overhead.Microseconds())/1000, "around-ms")
		})
	}
}
