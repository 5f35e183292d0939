package ofx

import (
	"slices"
	"strings"
	"testing"
)

func texts(found []Finding) string {
	var list []string
	for _, f := range found {
		list = append(list, f.String())
	}
	return strings.Join(list, "\n")
}

// What the interface allows and hosts punish is found where the host is strict, and only there.
func TestCarelessnessIsFoundWhereStrict(t *testing.T) {
	want := []string{
		"the effect is called test.care-less: some hosts allow only letters, digits, _, . and : " +
			"(in its binary)",
		"the plugin has /dev/null open before anything is rendered (in Describe)",
		`a parameter has the name "brush size": some hosts allow only letters, digits and _ (in DescribeInContext)`,
		"parameter brush size has no range or no display range, and in Resolve one that is too " +
			"small (in DescribeInContext)",
		"parameter grid is in group nowhere, which does not exist (in DescribeInContext)",
		"parameter grid is of type Integer2D, with which Resolve crashes (in DescribeInContext)",
		"page page shows parameter nothing, which does not exist (in DescribeInContext)",
		"paramSetValue changed parameter grid, which some hosts punish there (in CreateInstance)",
		"clip Mask was fetched, which is not there in context Filter (in CreateInstance)",
		"Render answered kOfxStatOK, and had nothing to render into (in a Render without an " +
			"image of Output)",
	}
	for _, strict := range []bool{false, true} {
		r := newRigOf(t, carelessPlugin, "impasto", "", strict)
		if err := r.make(Setup{}); err != nil {
			t.Fatal(err)
		}
		for frame := 1; frame <= 2; frame++ {
			if _, err := r.instance.Render(frame); err != nil {
				t.Error(err)
			}
		}
		got := texts(r.close())
		if strict && got != strings.Join(want, "\n") || !strict && got != "" {
			t.Errorf("strict %v: found\n%s\nwant\n%s", strict, got, strings.Join(want, "\n"))
		}
	}
}

// Hosts differ in what a plugin reads of them.
func TestHostsDeclareTheirOwn(t *testing.T) {
	for name, want := range map[string]struct {
		id, depths string
		maxParams  int
		hidden     []string
	}{
		"nuke": {"uk.co.thefoundry.nuke", "Float", -1,
			[]string{"OfxImageEffectHostPropNativeOrigin"}},
		"natron": {"fr.inria.Natron", "Float Short Byte", -1, nil},
		"resolve": {"DaVinciResolve", "Float Short Byte", -1,
			[]string{"OfxPropHostOSHandle", "OfxImageEffectInstancePropSequentialRender"}},
		"vegas": {"com.sonycreativesoftware.vegas", "Byte Float", 1000,
			[]string{"OfxImageEffectHostPropNativeOrigin", "OfxPropHostOSHandle"}},
		"catalyst": {"com.sony.Catalyst.Edit", "Byte Short Half Float", 1000,
			[]string{"OfxImageEffectHostPropNativeOrigin"}},
	} {
		p, err := ProfileNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		s := p.properties()
		var depths []string
		for _, d := range s.strs("OfxImageEffectPropSupportedPixelDepths") {
			depths = append(depths, ShortName(d))
		}
		if got := strings.Join(depths, " "); s.str("OfxPropName") != want.id ||
			got != want.depths ||
			s.integer("OfxParamHostPropMaxParameters") != want.maxParams {
			t.Errorf("%s: %s with depths %s", name, s.str("OfxPropName"), got)
		}
		var hidden []string
		for name, q := range s.all {
			if q.hidden {
				hidden = append(hidden, name)
			}
		}
		slices.Sort(hidden)
		slices.Sort(want.hidden)
		if !slices.Equal(hidden, want.hidden) {
			t.Errorf("%s lacks %v, want %v", name, hidden, want.hidden)
		}
		s.close()
	}
}

// What hosts have wrong is found by a plugin that relies on it.
func TestFaultsOfHosts(t *testing.T) {
	for _, k := range []struct{ host, fault, want string }{
		{"impasto", "believes in messages", ""},
		{"resolve", "believes in messages",
			"clearPersistentMessage was called, which this host has as garbage beside a " +
				"setPersistentMessage that is NULL (in Render at frame 1)"},
		{"catalyst", "believes in messages", ""}, // it has no such suite at all
		{"catalyst", "makes a mutex", ""},        // and no such function
	} {
		r := newRig(t, k.host, "test.faulty")
		if err := r.make(Setup{}, "fault="+k.fault); err != nil {
			t.Fatal(err)
		}
		if _, err := r.instance.Render(1); err != nil {
			t.Errorf("%s, %s: %v", k.host, k.fault, err)
		}
		if got := texts(r.close()); got != k.want {
			t.Errorf("%s, %s: found %q, want %q", k.host, k.fault, got, k.want)
		}
	}
}

// Hosts differ in what they do: an instance renders a frame, and another one two at half scale.
func TestHostsDoTheirOwn(t *testing.T) {
	for host, want := range map[string]string{
		"impasto": "begun 2, ended 1, destroyed 1, regions 3, identity from -1, Source to 15",
		"nuke":    "begun 2, ended 1, destroyed 1, regions 3, identity from -1, Source to 15",
		"natron": "begun 3, ended 2, destroyed 2, regions 3, identity from -2147483648, " +
			"Source to 15",
		"resolve":  "begun 3, ended 2, destroyed 1, regions 3, identity from 0, Source to 16",
		"vegas":    "begun 2, ended 1, destroyed 1, regions 3, identity from 0, Source to 16",
		"catalyst": "begun 2, ended 1, destroyed 1, regions 0, identity from 0, Source to 8",
	} {
		r := newRig(t, host, "test.faulty")
		for _, frames := range [][]int{{1}, {1, 2}} {
			if r.instance != nil {
				r.instance.Close()
			}
			if err := r.make(Setup{Scale: 0.5}, "fault=tells"); err != nil {
				t.Fatal(err)
			}
			for _, frame := range frames {
				if _, err := r.instance.Render(frame); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := r.said[len(r.said)-1].Text; got != want {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
		if found := r.close(); len(found) > 0 {
			t.Errorf("%s: found %v", host, found)
		}
	}
}

// Nuke keeps a secret, and its menus as they were described; Vegas delivers bytes to effects
// that know none.
func TestHostsWithTheirOwnMind(t *testing.T) {
	p := &Param{Name: "pick", Type: "OfxParamTypeChoice",
		paramType: paramTypes["OfxParamTypeChoice"]}
	p.properties = newParamProperties(p, "OfxTypeParameter")
	p.properties.write("OfxParamPropSecret", 0, false, []any{1}, "int")
	for _, host := range []Profile{impasto, nuke} {
		s := newParamSet(&Host{Profile: host}, nil, "a test")
		s.instantiate(p, projectSize{})
		properties := s.find("pick").properties
		properties.write("OfxParamPropSecret", 0, false, []any{0}, "int")
		properties.write("OfxParamPropChoiceOption", 0, false, []any{"late"}, "string")
		keeps := properties.integer("OfxParamPropSecret") == 1 &&
			len(properties.strs("OfxParamPropChoiceOption")) == 0
		if keeps != (host.Name == "nuke") {
			t.Errorf("%s: secret %d, options %v", host.Name,
				properties.integer("OfxParamPropSecret"),
				properties.strs("OfxParamPropChoiceOption"))
		}
		s.close()
	}
	p.properties.close()
	for host, want := range map[string]string{"impasto": "OfxBitDepthFloat",
		"vegas": "OfxBitDepthByte"} {
		r := newRigOf(t, carelessPlugin, host, "", false) // which knows floats alone
		if err := r.make(Setup{Depth: DepthByte}); err != nil {
			t.Fatal(err)
		}
		if got := r.instance.clip("Source").depth; got != want {
			t.Errorf("%s delivers %s, want %s", host, got, want)
		}
		r.close()
	}
}

// As Nuke, a place that does not say how its default is measured has a share of the picture.
func TestPlacesInNuke(t *testing.T) {
	p := &Param{Name: "place", Type: "OfxParamTypeDouble2D",
		paramType: paramTypes["OfxParamTypeDouble2D"]}
	p.properties = newParamProperties(p, "OfxTypeParameter")
	p.properties.write("OfxParamPropDoubleType", 0, false, []any{"OfxParamDoubleTypeXYAbsolute"},
		"string")
	p.properties.write("OfxParamPropDefault", 0, true, []any{0.5, 0.25}, "double")
	for host, want := range map[string][]float64{"impasto": {0.5, 0.25}, "nuke": {50, 10}} {
		profile, err := ProfileNamed(host)
		if err != nil {
			t.Fatal(err)
		}
		s := newParamSet(&Host{Profile: profile}, nil, "a test")
		s.instantiate(p, projectSize{100, 40})
		got := s.find("place").numbers(func(c *Curve, d int) float64 { return c.Value(1, d) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", host, got, want)
		}
		s.close()
	}
	p.properties.close()
}

// Natron shows progress when it gets round to it, and says No until then.
func TestProgressIsShownLate(t *testing.T) {
	const ok, no = 0, 13
	for host, want := range map[string]int{"impasto": ok, "natron": no} {
		r := newRig(t, host, "test.faulty")
		if err := r.make(Setup{}); err != nil {
			t.Fatal(err)
		}
		handle := r.instance.handle
		for range 2 {
			got := []int{int(progress(handle, "progressStart")),
				int(progress(handle, "progressUpdate")),
				int(progress(handle, "progressUpdate")), int(progress(handle, "progressEnd"))}
			if !slices.Equal(got, []int{ok, want, ok, ok}) {
				t.Errorf("%s answers %v", host, got)
			}
		}
		r.close()
	}
}
