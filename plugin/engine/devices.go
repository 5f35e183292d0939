package engine

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"impasto.net/bridge"
	"impasto.net/plugin/network"
)

// devices decides where frames are painted.
type devices struct {
	override *bridge.Device // what IMPASTO_DEVICE says
	gpus     func() []string

	mutex      sync.Mutex
	background bool
	failed     error // of a GPU on which frames were painted before
}

// placement is where a network is to be, as far as that is known before it is loaded.
type placement struct {
	gpu       bool // or else the CPU
	spare     bool // which takes over where no GPU can be used
	index     int  // of the GPU
	precision int  // 0: 16 bits where they are as good
}

// attend says whether somebody watches the frames being painted.
func (d *devices) attend(background bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.background = background
}

// fall has auto be the CPU from now on.
func (d *devices) fall(err error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.failed = err
}

// place decides for what a request wants, and says why it is not a GPU where the request
// leaves that open. In the background nothing is left to what works: the frames of a shot
// come from many machines, and those of two devices flicker.
func (d *devices) place(want bridge.Device) (p placement, why string) {
	if d.override != nil {
		want.Kind, want.Index = d.override.Kind, d.override.Index
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	p = placement{gpu: want.Kind == bridge.DeviceGPU, precision: want.Precision}
	switch {
	case want.Kind != bridge.DeviceAuto:
	case d.background:
		why = "Auto is the CPU where nobody watches"
	case d.failed != nil:
		why = "the GPU failed: " + brief(d.failed)
	case len(d.gpus()) == 0:
		why = "this machine has no GPU"
	default:
		p.gpu, p.spare = true, true
	}
	if p.gpu {
		p.index = want.Index
	}
	if p.precision == 0 && (d.background || !p.gpu) {
		p.precision = 32
	}
	return p, why
}

// devices are those to be tried, the best first.
func (p placement) devices() (all []network.Device) {
	if p.gpu {
		for _, provider := range network.GPUs {
			all = append(all, network.Device{Provider: provider, Index: p.index})
		}
	}
	if p.spare || !p.gpu {
		all = append(all, network.Device{})
	}
	return all
}

// brief is an error that fits into a line.
func brief(err error) string {
	const most = 200
	text, _, _ := strings.Cut(err.Error(), "\n")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// first is the first device on which something works, and why none before it. Errors that are
// not of a device end the search; noDevice is that of all of them.
func (p placement) first(try func(network.Device) error) (d network.Device, why string, err error) {
	var failed []string
	for _, d := range p.devices() {
		switch err := try(d); {
		case err == nil:
			return d, strings.Join(failed, "; "), nil
		case !errors.Is(err, network.ErrDevice):
			return d, "", err
		case !errors.Is(err, network.ErrProvider):
			failed = append(failed, fmt.Sprintf("%s cannot be used: %s", d, brief(err)))
		}
	}
	if failed == nil {
		failed = []string{"this ONNX Runtime has nothing for GPUs"}
	}
	return network.Device{}, "", noDevice(strings.Join(failed, "; "))
}

// settle loads the painter on the first device that takes it.
func (x *session) settle(graph []byte, inputs, outputs []network.Port, threads int) (err error) {
	x.device, x.why, err = x.place.first(func(d network.Device) (err error) {
		x.painter, err = network.Load(graph, inputs, outputs, d, threads)
		if err != nil && !errors.Is(err, network.ErrDevice) {
			err = fmt.Errorf("%s: %w", x.Graph, err)
		}
		return err
	})
	return err
}

// noDevice is the error where none of the devices can be used.
type noDevice string

func (n noDevice) Error() string        { return string(n) }
func (n noDevice) Is(target error) bool { return target == network.ErrDevice }

// key tells what is painted by this session from what others paint.
func (x *session) key() string {
	return fmt.Sprintf("%s on %s, half %t", x.ID, x.device, x.half)
}

// whereOn says what a network runs on, for the artist, and why on nothing better.
func whereOn(device network.Device, half bool, threads int, why ...string) string {
	name := device.String()
	if device.Provider == network.CPU {
		name += fmt.Sprintf(", %d threads", threads)
	}
	if half {
		name += ", half precision"
	}
	for _, reason := range why {
		if reason != "" {
			name += ", because " + reason
		}
	}
	return name
}
