package picture

import (
	"strings"
	"testing"
)

// want is the first pixel of a layer.
type want struct {
	file  string
	layer string
	pixel [4]float32
	alpha bool
}

// Whatever the channels are called, what is red becomes red: half, a quarter and an eighth.
func TestChannelsByTheirMeaning(t *testing.T) {
	file := func(names ...string) string {
		p := madePart{channels: map[string]float32{}}
		for i, name := range names {
			p.channels[name] = []float32{0.5, 0.25, 0.125, 0.75}[i%4]
		}
		return makeEXR(t, p)
	}
	colour, opaque := [4]float32{0.5, 0.25, 0.125, 0.75}, [4]float32{0.5, 0.25, 0.125, 1}
	for _, w := range []want{
		{file("N.red", "N.green", "N.blue"), "N", opaque, false},
		{file("N.red", "N.green", "N.blue", "N.alpha"), "N", colour, true},
		{file("N.Red", "N.Green", "N.Blue", "N.Alpha"), "N", colour, true},
		{file("N.r", "N.g", "N.b"), "N", opaque, false},
		{file("N.r", "N.g", "N.b", "N.a"), "N", colour, true},
		{file("N.X", "N.Y", "N.Z"), "N", opaque, false},
		{file("N.x", "N.y", "N.z"), "N", opaque, false},
		{file("N.X", "N.Y", "N.Z", "N.W"), "N", opaque, false},
		{file("N.normalX", "N.normalY", "N.normalZ"), "N", opaque, false},
		{file("R.N", "G.N", "B.N"), "N", opaque, false},
		{file("R.N", "G.N", "B.N", "A.N"), "n", colour, true},
		{file("red.N", "green.N", "blue.N"), "N", opaque, false},
		{file("N_R", "N_G", "N_B"), "N", opaque, false},
		{file("Normal.R", "Normal.G", "Normal.B"), "normal", opaque, false},
		{file("a.b.R", "a.b.G", "a.b.B"), "a.b", opaque, false},
		{file("r", "g", "b", "a"), "", colour, true},
		{file("Red", "Green", "Blue", "Alpha"), "", colour, true},
		{file("X", "Y", "Z"), "", opaque, false},
		{file("N.u", "N.v"), "N", [4]float32{0.5, 0.25, 0, 1}, false},
		{file("N.q"), "N", [4]float32{0.5, 0.5, 0.5, 1}, false},
		{file("N.Y", "N.A"), "N", [4]float32{0.5, 0.5, 0.5, 0.25}, true},
	} {
		w.check(t, Source{Layer: w.layer})
	}
}

// What cannot be told is refused, and not taken in the alphabet's order.
func TestChannelsOfNoMeaning(t *testing.T) {
	path := makeEXR(t, madePart{channels: map[string]float32{"m.hue": 1, "m.chroma": 2}})
	_, err := Source{Layer: "m"}.Read(path)
	if err == nil || !strings.Contains(err.Error(),
		"mean as red, green and blue cannot be told; name them in that order") {
		t.Errorf("%v", err)
	}
	want{path, "m.hue,m.chroma", [4]float32{1, 2, 0, 1}, false}.check(t,
		Source{Layer: "m.hue,m.chroma"})
}

// A matte's one channel is the matte, whatever it is called.
func TestMattesOfOneChannel(t *testing.T) {
	for _, name := range []string{"R", "G", "Y", "matte", "Z", "mask.a", "hero.R", "x", "A"} {
		path := makeEXR(t, madePart{channels: map[string]float32{name: 0.5}})
		want{path, name, [4]float32{0.5, 0.5, 0.5, 0.5}, true}.check(t, Source{Data: true})
	}
	// One that is white wherever there is any of it is not an opaque black picture.
	white := makeEXR(t, madePart{channels: map[string]float32{"A": 1}})
	want{white, "A", [4]float32{1, 1, 1, 1}, true}.check(t, Source{Data: true})
	if _, err := Read(makeEXR(t,
		madePart{channels: map[string]float32{"matte": 0.5}})); err == nil {
		t.Error("a plate is taken of a channel of any name")
	}
}

// Views go by their names: channels of one part, of which the hero's have none, and parts.
func TestViews(t *testing.T) {
	nuke := makeEXR(t, madePart{map[string]float32{"R": 1, "G": 1, "B": 1, "depth.Z": 2,
		"right.R": 3, "right.G": 3,
		"right.B": 3, "right.depth.Z": 4,
		"key.right.Z": 5}, []Attribute{listed("multiView", "left", "right")}})
	part := func(name, view string, channels map[string]float32) madePart {
		return madePart{channels,
			[]Attribute{said("name", name), said("view", view), said("type", "scanlineimage"),
				{"chunkCount", "int", []byte{madeHeight, 0, 0, 0}}}}
	}
	parts := makeEXR(t,
		part("rgba.left", "left", map[string]float32{"R": 1, "G": 1, "B": 1}),
		part("depth.left", "left", map[string]float32{"Z": 2}),
		part("rgba.right", "right", map[string]float32{"R": 3, "G": 3, "B": 3}),
		part("depth.right", "right", map[string]float32{"Z": 4}))
	for _, c := range []struct {
		file, layer string
		value       float32
	}{
		{nuke, "", 1}, {nuke, "left", 1}, {nuke, "right", 3}, {nuke, "depth", 2},
		{nuke, "left.depth", 2},
		{nuke, "depth.left", 2}, {nuke, "right.depth", 4}, {nuke, "depth.right", 4},
		{nuke, "right.key", 5},
		{parts, "", 1}, {parts, "left", 1}, {parts, "right", 3}, {parts, "right:", 3},
		{parts, "right:Z", 4},
		{parts, "right.Z", 4}, {parts, "left.Z", 2}, {parts, "depth.right:Z", 4},
		{parts, "rgba.left:", 1},
	} {
		want{c.file, c.layer, [4]float32{c.value, c.value, c.value, 1}, false}.check(t,
			Source{Layer: c.layer})
	}
	if _, err := (Source{Layer: "middle"}).Read(nuke); err == nil ||
		!strings.Contains(err.Error(), `no layer or channel "middle"`) {
		t.Errorf("a view that is not there: %v", err)
	}
}

func (w want) check(t *testing.T, s Source) {
	t.Helper()
	im, err := s.Read(w.file)
	if err != nil {
		t.Errorf("%q: %v", w.layer, err)
	} else if [4]float32(im.Pix) != w.pixel || im.HasAlpha != w.alpha {
		t.Errorf("%q is %v, alpha %v, want %v, %v", w.layer, im.Pix[:4], im.HasAlpha, w.pixel,
			w.alpha)
	}
}
