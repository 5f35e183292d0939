package main

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	_ "gonum.org/v1/plot/vg/vgimg" // PNG
)

// plotLoss draws the parts of the loss over the iterations, of all sizes one after the other.
func plotLoss(path string, curve losses) error {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = "iteration", "loss"
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.Legend.Top = true
	p.Add(plotter.NewGrid())
	for _, part := range []struct {
		name  string
		value func(*iteration) float64
		color color.Color
	}{
		{"all", func(i *iteration) float64 { return i.Loss }, color.Black},
		{"style", func(i *iteration) float64 { return i.Style },
			color.RGBA{0xd0, 0x50, 0x20, 0xff}},
		{"content", func(i *iteration) float64 { return i.Content },
			color.RGBA{0x20, 0x70, 0xc0, 0xff}},
		{"variation", func(i *iteration) float64 { return i.Variation },
			color.RGBA{0x40, 0x90, 0x40, 0xff}},
	} {
		var points plotter.XYs
		for i := range curve {
			if y := part.value(&curve[i]); y > 0 { // a logarithm has no 0
				points = append(points, plotter.XY{X: float64(i), Y: y})
			}
		}
		if len(points) == 0 {
			continue
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return err
		}
		line.Color, line.Width = part.color, vg.Points(1.5)
		p.Add(line)
		p.Legend.Add(part.name, line)
	}
	return p.Save(20*vg.Centimeter, 12*vg.Centimeter, path)
}
