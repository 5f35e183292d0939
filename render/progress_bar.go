package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// newBar draws an empty bar.
func newBar(total int, doing string) *progressbar.ProgressBar {
	bar := progressbar.NewOptions(total,
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetDescription(doing),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionFullWidth(),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
	)
	bar.RenderBlank()
	return bar
}
