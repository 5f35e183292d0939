package session

import (
	"errors"
	"strings"
	"testing"

	"impasto.net/bridge"
)

func TestPlaces(t *testing.T) {
	auto, gpu, cpu := bridge.Device{Kind: "auto", Index: 2},
		bridge.Device{Kind: "gpu", Index: 2}, bridge.Device{Kind: "cpu", Index: 2}
	half := bridge.Device{Kind: "gpu", Precision: 16}
	for _, c := range []struct {
		name string
		d    *Devices
		want bridge.Device
		then Placement
		why  string
	}{
		{"auto", &Devices{GPUs: one}, auto, Placement{GPU: true, Fallback: true, index: 2}, ""},
		{"auto without a GPU", &Devices{GPUs: none}, auto, Placement{Precision: 32}, "no GPU"},
		{"auto in the background", &Devices{GPUs: one, Background: true}, auto,
			Placement{Precision: 32}, "nobody watches"},
		{"auto after a failure", &Devices{GPUs: one, failed: errors.New("it burns")}, auto,
			Placement{Precision: 32}, "it burns"},
		{"GPU", &Devices{GPUs: none}, gpu, Placement{GPU: true, index: 2}, ""},
		{"GPU in the background", &Devices{GPUs: one, Background: true}, gpu,
			Placement{GPU: true, index: 2, Precision: 32}, ""},
		{"GPU after a failure", &Devices{GPUs: one, failed: errors.New("it burns")}, gpu,
			Placement{GPU: true, index: 2}, ""},
		{"half", &Devices{GPUs: one, Background: true}, half, Placement{GPU: true, Precision: 16},
			""},
		{"CPU", &Devices{GPUs: one}, cpu, Placement{Precision: 32}, ""},
		{"overridden to CPU", &Devices{GPUs: one, Override: &bridge.Device{Kind: "cpu"}}, gpu,
			Placement{Precision: 32}, ""},
		{"overridden to a GPU", &Devices{GPUs: none, Background: true,
			Override: &bridge.Device{Kind: "gpu",
				Index: 1}}, half, Placement{GPU: true, index: 1, Precision: 16}, ""},
		{"overridden to auto", &Devices{GPUs: one, Override: &bridge.Device{Kind: "auto"}}, cpu,
			Placement{GPU: true, Fallback: true}, ""},
	} {
		place, why := c.d.Place(c.want)
		if place != c.then || !strings.Contains(why, c.why) || (why == "") != (c.why == "") {
			t.Errorf("%s: %+v because %q", c.name, place, why)
		}
	}
}

// What a machine with a GPU says, and one with none.
func one() []string { return []string{"/dev/dri/renderD128"} }

func none() []string { return nil }
