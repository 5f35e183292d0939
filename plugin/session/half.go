package session

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"impasto.net/bridge"
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
)

const (
	// leastPSNR is how near half precision has to come to what the CPU paints, in decibels:
	// a mean error of less than a step of 8 bits.
	leastPSNR = 48

	// trialSide is that of the picture that tells, in pixels.
	trialSide = 64
)

// errHalf is wrapped by the errors where half precision is asked for and cannot be had.
var errHalf = errors.New("half precision")

// halve changes the painter for the one at half precision where that paints the same
// picture. Where it does not, and was not asked for, the painter stays.
func (x *Session) halve(full []byte, inputs, outputs []network.Port, vector []float32,
	threads int) error {
	asked := x.Place.Precision == 16
	switch {
	case !asked && (x.Device.Provider == network.CPU || x.Half == ""):
		return nil
	case x.Device.Provider == network.CPU:
		return fmt.Errorf("%w is for GPUs, and this is the CPU", errHalf)
	case x.Half == "":
		return fmt.Errorf("its network %s has no %w", x.ID, errHalf)
	}
	err := x.tryHalf(full, inputs, outputs, vector, threads)
	if err != nil && asked {
		return fmt.Errorf("%s does no %w as it should: %s", x.Device, errHalf, bridge.Brief(err))
	}
	if err != nil {
		x.Why = strings.Trim(x.Why+"; at 32 bits, because "+bridge.Brief(err), "; ")
	}
	return nil
}

// tryHalf changes the painter where the device paints the same picture with the other one
// as the CPU does with this one.
func (x *Session) tryHalf(full []byte, inputs, outputs []network.Port, vector []float32,
	threads int) error {
	files, err := x.Load(x.Half)
	if err != nil {
		return err
	}
	reference, err := network.Load(full, inputs, outputs, network.Device{}, threads)
	if err != nil {
		return err
	}
	defer reference.Close()
	painter, err := network.Load(files[0], inputs, outputs, x.Device, threads)
	if err != nil {
		return err
	}
	psnr, err := x.parity(painter, reference, vector, threads)
	if err == nil && !(psnr >= leastPSNR) { // NaN neither
		err = fmt.Errorf("it comes to %.1f dB of what the CPU paints, and %d are wanted", psnr,
			leastPSNR)
	}
	if err != nil {
		_ = painter.Close() // fails for what is closed already only
		return err
	}
	_ = x.Painter.Close()
	x.Painter, x.InHalf = painter, true
	return nil
}

// parity paints a known picture with both, and gives the peak signal-to-noise ratio in
// decibels.
func (x *Session) parity(a, b *network.Session, vector []float32, threads int) (float64, error) {
	in := &x.Input
	g := pixels.NewGeometry(trialSide, trialSide, in.MultipleOf, in.Minimum)
	picture := make([]float32, 3*g.Plane())
	for i := range picture {
		// Soft shapes, and another one in every channel.
		across, up, channel := float64(i%g.Width), float64(i/g.Width%g.Height), float64(i/g.Plane())
		v := 0.5 + 0.25*math.Sin(across/5+channel) + 0.25*math.Cos(up/7-2*channel)
		picture[i] = float32(in.Range[0] + v*(in.Range[1]-in.Range[0]))
	}
	x.Sample(threads, picture, &g)
	pixels.Normalise(threads, in.Mean, in.Std, picture)
	norms, err := x.NormsOf(context.Background(), vector)
	if err != nil {
		return 0, err
	}
	inputs := append([]network.Tensor{network.NewPicture(picture, g.Width, g.Height)}, norms...)
	var out [2][]float32
	for i, s := range []*network.Session{a, b} {
		out[i] = make([]float32, len(picture))
		if err := s.Run(context.Background(), inputs,
			[]network.Tensor{network.NewPicture(out[i], g.Width, g.Height)}); err != nil {
			return 0, err
		}
	}
	r, sum := x.Output.Range, 0.0
	for i := range picture {
		d := float64(out[0][i]-out[1][i]) / (r[1] - r[0])
		sum += d * d
	}
	return -10 * math.Log10(sum/float64(len(picture))), nil
}
