package optimise

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"impasto.net/plugin/network"
	"impasto.net/plugin/objective"
	"impasto.net/plugin/onnxtest"
)

// BenchmarkFourK has a 4K plate go down at its own size, for as many iterations as the
// benchmark wants, and reports how long one takes and what is in memory at the most, in MB.
func BenchmarkFourK(b *testing.B) {
	onnxtest.Start(b)
	for name, e := range onnxtest.Encoders {
		b.Run(name, func(b *testing.B) {
			d := &descending{Job: &Job{
				Settings: Settings{Unrealness: 4, Detail: 1, TextureScale: 1},
				Encoder:  e.Open(b), Plate: noise(3840, 2160),
				Painting: noise(3840, 2160), Threads: 2,
			}, tell: func(*Iteration) error { return nil }, scale: 1, least: e.Least}
			var err error
			if d.objective, err = objective.Load(d.Encoder, d.Device, d.Threads); err != nil {
				b.Fatal(err)
			}
			defer d.objective.Close()
			d.painting = d.Painting
			place := d.framed(1)
			picture := d.resampled(d.Plate, d.extent(), place)
			stop := make(chan struct{})
			most := make(chan int)
			go func() { most <- watch(stop) }()
			iterations := 0
			var first time.Time
			d.tell = func(i *Iteration) error {
				if i.Number == 0 {
					first = time.Now()
				}
				iterations = i.Number
				return nil
			}
			last, err := d.descend(b.Context(), picture, place,
				&stage{detail: 1, iterations: b.N + 4})
			took := time.Since(first)
			close(stop)
			if err != nil || len(last.Values) != len(d.Plate.Values) {
				b.Fatal(err)
			}
			b.ReportMetric(took.Seconds()/float64(iterations), "s/iteration")
			b.ReportMetric(float64(<-most), "MB")
		})
	}
}

// noise is a picture.
func noise(width, height int) network.Tensor {
	random := rand.New(rand.NewPCG(1, 0))
	values := make([]float32, 3*width*height)
	for i := range values {
		values[i] = random.Float32()
	}
	return network.NewPicture(values, width, height)
}

// watch gives the most memory that this process had until it is stopped, without that of
// files.
func watch(stop chan struct{}) (most int) {
	for {
		status, err := os.Open("/proc/self/status")
		if err != nil {
			return 0
		}
		for lines := bufio.NewScanner(status); lines.Scan(); {
			var now int
			if rest, ok := strings.CutPrefix(lines.Text(), "RssAnon:"); ok {
				if _, err := fmt.Sscan(rest, &now); err == nil {
					most = max(most, now>>10)
				}
			}
		}
		status.Close()
		select {
		case <-stop:
			return most
		case <-time.After(20 * time.Millisecond):
		}
	}
}
