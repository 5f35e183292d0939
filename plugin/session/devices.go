package session

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"impasto.net/bridge"
	"impasto.net/plugin/network"
)

// Devices decides where frames are painted.
type Devices struct {
	Override *bridge.Device // what IMPASTO_DEVICE says
	GPUs     func() []string

	mutex      sync.Mutex
	Background bool
	failed     error // of a GPU on which frames were painted before
}

// Placement is where a network is to be, as far as that is known before it is loaded.
type Placement struct {
	GPU       bool // or else the CPU
	Fallback  bool // which takes over where no GPU can be used
	index     int  // of the GPU
	Precision int  // 0: 16 bits where they are as good
}

// Attend says whether somebody watches the frames being painted.
func (d *Devices) Attend(background bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.Background = background
}

// Fall has auto be the CPU from now on.
func (d *Devices) Fall(err error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.failed = err
}

// Place decides for what a request wants, and says why it is not a GPU where the request
// leaves that open. In the background nothing is left to what works: the frames of a shot
// come from many machines, and those of two devices flicker.
func (d *Devices) Place(want bridge.Device) (p Placement, why string) {
	if d.Override != nil {
		want.Kind, want.Index = d.Override.Kind, d.Override.Index
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	p = Placement{GPU: want.Kind == bridge.DeviceGPU, Precision: want.Precision}
	switch {
	case want.Kind != bridge.DeviceAuto:
	case d.Background:
		why = "Auto is the CPU where nobody watches"
	case d.failed != nil:
		why = "the GPU failed: " + bridge.Brief(d.failed)
	case len(d.GPUs()) == 0:
		why = "this machine has no GPU"
	default:
		p.GPU, p.Fallback = true, true
	}
	if p.GPU {
		p.index = want.Index
	}
	if p.Precision == 0 && (d.Background || !p.GPU) {
		p.Precision = 32
	}
	return p, why
}

// devices are those to be tried, the best first.
func (p Placement) devices() (all []network.Device) {
	if p.GPU {
		for _, provider := range network.GPUs {
			all = append(all, network.Device{Provider: provider, Index: p.index})
		}
	}
	if p.Fallback || !p.GPU {
		all = append(all, network.Device{})
	}
	return all
}

// First is the first device on which something works, and why none before it. Errors that are
// not of a device end the search; noDevice is that of all of them.
func (p Placement) First(try func(network.Device) error) (d network.Device, why string, err error) {
	var failed []string
	for _, d := range p.devices() {
		switch err := try(d); {
		case err == nil:
			return d, strings.Join(failed, "; "), nil
		case !errors.Is(err, network.ErrDevice):
			return d, "", err
		case !errors.Is(err, network.ErrProvider):
			failed = append(failed, fmt.Sprintf("%s cannot be used: %s", d, bridge.Brief(err)))
		}
	}
	if failed == nil {
		failed = []string{"this ONNX Runtime has nothing for GPUs"}
	}
	return network.Device{}, "", noDevice(strings.Join(failed, "; "))
}

// settle loads the painter on the first device that takes it.
func (x *Session) settle(graph []byte, inputs, outputs []network.Port, threads int) (err error) {
	x.Device, x.Why, err = x.Place.First(func(d network.Device) (err error) {
		x.Painter, err = network.Load(graph, inputs, outputs, d, threads)
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

// Key tells what is painted by this session from what others paint.
func (x *Session) Key() string {
	return fmt.Sprintf("%s on %s, half %t", x.ID, x.Device, x.InHalf)
}

// Where says what a network runs on, for the artist, and why on nothing better.
func Where(device network.Device, half bool, threads int, why ...string) string {
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
