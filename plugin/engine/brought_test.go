package engine

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/importer"
	"impasto.net/plugin/onnxtest"
)

// net builds a network operator by operator.
type net struct {
	onnxtest.Graph
	at   string // the tensor that comes next
	n    int
	last bool // channels are
}

// do puts an operator after the others, with more inputs behind the tensor.
func (g *net) do(op string, attributes map[string]any, more ...string) *net {
	g.n++
	to := fmt.Sprint("t", g.n)
	g.Node(op, append([]string{g.at}, more...), to, attributes)
	g.at = to
	return g
}

// by is an operator with a constant: one value, or one for each channel.
func (g *net) by(op string, values ...float32) *net {
	g.n++
	name, shape := fmt.Sprint("c", g.n), []int64{int64(len(values)), 1, 1}
	if g.last {
		shape = []int64{int64(len(values))}
	}
	if len(values) == 1 {
		shape = nil
	}
	g.Constant(name, shape, values...)
	return g.do(op, nil, name)
}

// lift is what the networks here do: v + 0.4·v·(1-v) in 0 to 1, which is another picture in
// other values, of values from black to white. Nothing in it says what those are.
func (g *net) lift(black, white float32) *net {
	x, size := g.at, white-black
	// v = (x - black) / size, and back.
	square, one := -0.4/size, 1.4+0.8*black/size
	g.do("Mul", nil, x).by("Mul", square).by("Add", -0.4*black-0.4*black*black/size)
	sum := g.at
	g.at = x
	g.by("Mul", one)
	return g.do("Add", nil, sum)
}

// tint multiplies the channels, which come to be in 0 to 1 where they are: red first.
func tint(v float64, c int) float64 { return v * []float64{1, 0.9, 0.8}[c] }

// blocks mixes a quarter of the means of blocks in, so that sides have to be multiples.
func (g *net) blocks(side int64) *net {
	x := g.at
	g.Constant(fmt.Sprint("scales", g.n), []int64{4}, 1, 1, float32(side), float32(side))
	scales := fmt.Sprint("scales", g.n)
	window := map[string]any{"kernel_shape": []int64{side, side}, "strides": []int64{side, side}}
	g.do("AveragePool", window).do("Resize", map[string]any{"mode": "nearest",
		"nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}, "", scales)
	g.by("Mul", 0.25)
	means := g.at
	g.at = x
	return g.by("Mul", 0.75).do("Add", nil, means)
}

func (g *net) bytes() []byte {
	g.Node("Identity", []string{g.at}, "y", nil)
	return g.Bytes()
}

// tone is what becomes of a pixel, in 0 to 1.
type tone func(v [3]float64) [3]float64

func each3(f func(v float64, c int) float64) tone {
	return func(v [3]float64) (to [3]float64) {
		for c := range 3 {
			to[c] = f(v[c], c)
		}
		return to
	}
}

func lifted(v float64) float64 { return v + 0.4*v*(1-v) }

func sigmoid(v float64) float64 { return 1 / (1 + math.Exp(-v)) }

// offered is a network that somebody brings.
type offered struct {
	name     string
	make     func(g *net)
	shape    []int64 // of "x" and "y"
	kind     int64   // of their elements
	last     bool
	want     tone // what it does
	blocks   int  // whose means it mixes in
	rough    float64
	metadata string // its nominal range
	refused  string // what it is refused with, where it is
	flags    importer.Options
}

var bgr = []float32{103.939, 116.779, 123.68}
var mean, deviation = []float32{0.485, 0.456, 0.406}, []float32{0.229, 0.224, 0.225}

func quantised(kind int64, scale float32, zero byte) func(g *net) {
	return func(g *net) {
		tensor := []byte{2 << 3, byte(kind), 8<<3 | 2, 2, 'z', byte('0' + g.n%10), 9<<3 | 2, 1,
			zero}
		z := string(tensor[4:6])
		g.Initializer(tensor)
		s := "s" + z
		g.Constant(s, nil, scale)
		g.do("QuantizeLinear", nil, s, z).do("DequantizeLinear", nil, s, z)
	}
}

// networks are of every kind that people bring. None says what it takes but by what it does.
func networks() []offered {
	tinted := each3(func(v float64, c int) float64 { return tint(lifted(v), c) })
	tints := func(g *net) { g.by("Mul", 1, 0.9, 0.8) }
	turned := func(g *net) { g.by("Mul", 0.8, 0.9, 1) }
	plain := func(black, white float32) func(g *net) {
		return func(g *net) { g.lift(black, white) }
	}
	clip := func(g *net, low, high float32) { g.by("Max", low).by("Min", high) }
	lift := each3(func(v float64, _ int) float64 { return lifted(v) })
	grey := func(f func(float64) float64) tone {
		return func(v [3]float64) [3]float64 {
			y := f(0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2])
			return [3]float64{y, y, y}
		}
	}
	return []offered{
		// What they take and give, where nothing says so.
		{name: "unit", make: plain(0, 1), want: lift},
		{name: "octets", make: plain(0, 255), want: lift},
		{name: "alike in all values", make: func(g *net) { g.blocks(1) },
			want: each3(func(v float64, _ int) float64 { return v })},
		// Where the last operators say what they give.
		{name: "unit to a sigmoid", make: func(g *net) {
			g.lift(0, 1).by("Sub", 0.5).by("Mul",
				4).do("Sigmoid", nil)
		},
			want: each3(func(v float64, _ int) float64 { return sigmoid(4*lifted(v) - 2) })},
		{name: "signed to a tanh", make: func(g *net) { g.lift(-1, 1).do("Tanh", nil) },
			want: each3(func(v float64, _ int) float64 {
				return (math.Tanh(2*lifted(v)-1) +
					1) / 2
			})},
		{name: "unit, clipped, to octets", make: func(g *net) {
			g.lift(0, 1)
			clip(g, 0,
				1)
			g.by("Mul", 255)
		}, want: lift},
		{name: "signed, clipped", make: func(g *net) { g.lift(-1, 1); clip(g, -1, 1) }, want: lift},
		{name: "octets, clipped", make: func(g *net) { g.lift(0, 255); clip(g, 0, 255) },
			want: lift},
		{name: "octets to a tanh of 150", make: func(g *net) {
			g.lift(0, 255).by("Sub", 127.5).by("Div", 150).do("Tanh", nil).by("Mul", 150).by("Add",
				127.5)
		},
			want: each3(func(v float64,
				_ int) float64 {
				return 150./255*math.Tanh((255*lifted(v)-127.5)/150) + 0.5
			})},
		// Where the first operators say what they take.
		{name: "octets, divided", make: func(g *net) {
			g.by("Div", 255).lift(0,
				1)
			tints(g)
			g.by("Mul", 255)
		}, want: tinted},
		{name: "octets to unit", make: func(g *net) {
			g.by("Mul", 1./255).lift(0,
				1)
			tints(g)
			clip(g, 0, 1)
		}, want: tinted},
		{name: "octets, centred", make: func(g *net) {
			g.by("Div", 127.5).by("Sub", 1).lift(-1, 1).do("Tanh", nil).by("Mul", 127.5).by("Add",
				127.5)
		},
			want: each3(func(v float64, _ int) float64 {
				return (math.Tanh(2*lifted(v)-1) +
					1) / 2
			})},
		{name: "signed to octets and back", make: func(g *net) {
			g.by("Add", 1).by("Mul",
				127.5).lift(0, 255)
			tints(g)
			g.by("Div", 127.5).by("Sub", 1)
		}, want: tinted},
		{name: "signed to unit and back", make: func(g *net) {
			g.by("Mul", 0.5).by("Add",
				0.5).lift(0, 1)
			tints(g)
			g.by("Mul", 2).by("Sub", 1)
		}, want: tinted},
		{name: "unit to octets and back", make: func(g *net) {
			g.by("Mul", 255).lift(0,
				255)
			tints(g)
			g.by("Div", 255)
		}, want: tinted},
		{name: "unit to signed and back", make: func(g *net) {
			g.by("Mul", 2).by("Sub", 1).lift(-1,
				1).by("Add", 1).by("Div", 2)
		}, want: lift},
		{name: "caffe", make: func(g *net) {
			g.by("Sub", bgr...).by("Add", bgr...).lift(0,
				255)
			turned(g)
		}, want: tinted},
		{name: "torch", make: func(g *net) {
			g.by("Sub", mean...).by("Div", deviation...).by("Mul", deviation...).by("Add",
				mean...).lift(0, 1)
			tints(g)
		}, want: tinted},
		{name: "normalised by a norm", make: func(g *net) {
			g.Constant("gain", []int64{3}, 1, 1, 1)
			g.Constant("bias", []int64{3}, 0, 0, 0)
			g.Constant("mean", []int64{3}, 127.5, 127.5, 127.5)
			g.Constant("variance", []int64{3}, 127.5*127.5, 127.5*127.5, 127.5*127.5)
			g.do("BatchNormalization", map[string]any{}, "gain", "bias", "mean",
				"variance").lift(-1, 1)
			clip(g, -1, 1)
		}, want: lift},
		// Quantised, and of other types.
		{name: "quantised octets", make: func(g *net) {
			quantised(2, 1, 0)(g)
			g.lift(0,
				255)
			quantised(2, 1, 0)(g)
		}, want: lift, rough: 0.01},
		{name: "quantised unit", make: func(g *net) {
			quantised(2, 1./255, 0)(g)
			g.lift(0,
				1)
			quantised(2, 1./255, 0)(g)
		}, want: lift, rough: 0.01},
		{name: "quantised signed", make: func(g *net) {
			quantised(3, 1./127.5, 0)(g)
			g.lift(-1,
				1)
			quantised(3, 1./127.5, 0)(g)
		}, want: lift, rough: 0.02},
		{name: "quantised, with a zero of its own",
			make: func(g *net) {
				quantised(2, 1./127.5, 128)(g)
				g.lift(-1, 1)
				quantised(2,
					1./127.5, 128)(g)
			}, want: lift, rough: 0.02},
		{name: "quantised unit to octets", make: func(g *net) {
			quantised(2, 1./255,
				0)(g)
			g.lift(0, 1)
			clip(g, 0, 1)
			g.by("Mul", 255)
		}, want: lift, rough: 0.01},
		{name: "bytes", kind: 2, make: func(g *net) {
			g.do("Cast", map[string]any{"to": int64(1)}).lift(0, 255)
			clip(g, 0, 255)
			g.do("Cast", map[string]any{"to": int64(2)})
		}, want: lift, rough: 0.01},
		{name: "bytes, channels last", kind: 2, last: true, shape: []int64{-1, -1, -1, 3},
			make: func(g *net) {
				g.do("Cast", map[string]any{"to": int64(1)}).by("Div", 255).lift(0, 1)
				tints(g)
				clip(g, 0, 1)
				g.by("Mul", 255).do("Cast", map[string]any{"to": int64(2)})
			}, want: tinted, rough: 0.01},
		{name: "doubles", kind: 11, make: func(g *net) {
			g.do("Cast", map[string]any{"to": int64(1)}).lift(0, 255).do("Cast",
				map[string]any{"to": int64(11)})
		}, want: lift},
		{name: "half precision", kind: 10, make: func(g *net) {
			g.do("Cast", map[string]any{"to": int64(1)}).lift(-1, 1)
			clip(g, -1, 1)
			g.do("Cast", map[string]any{"to": int64(10)})
		}, want: lift, rough: 0.002},
		// Layouts.
		{name: "channels last", last: true, shape: []int64{1, -1, -1, 3},
			make: func(g *net) { g.lift(0, 1); tints(g) }, want: tinted},
		{name: "channels last, signed", last: true, shape: []int64{-1, -1, -1, 3},
			make: func(g *net) {
				g.by("Add", 1).by("Mul", 127.5).lift(0, 255)
				tints(g)
				g.by("Div",
					127.5).by("Sub", 1)
			}, want: tinted},
		{name: "no batch", shape: []int64{3, -1, -1}, make: plain(0, 255), want: lift},
		{name: "four at once", shape: []int64{4, 3, -1, -1}, make: plain(0, 1), want: lift},
		{name: "four at once, channels last, of one size", last: true, shape: []int64{4, 40, 48, 3},
			make: func(g *net) { g.lift(0, 1); tints(g) }, want: tinted},
		{name: "grey", shape: []int64{1, 1, -1, -1},
			make: func(g *net) { g.lift(0, 1); clip(g, 0, 1) }, want: grey(lifted)},
		{name: "grey of unit or signed", shape: []int64{1, 1, -1, -1}, make: plain(0, 1),
			refused: "--range"},
		{name: "grey octets, channels last", last: true, shape: []int64{1, -1, -1, 1},
			make: func(g *net) { g.by("Div", 255).lift(0, 1).by("Mul", 255) }, want: grey(lifted)},
		{name: "colour to grey", make: func(g *net) {
			g.OutputOf(1, "y", 1, 1, -1, -1)
			g.InputOf(1, "x", 1, 3, -1, -1)
			g.Constant("w", []int64{1, 3, 1, 1}, 0.2126, 0.7152, 0.0722)
			g.do("Conv", nil, "w").lift(0, 255)
			clip(g, 0, 255)
		}, want: grey(lifted)},
		// Sizes.
		{name: "multiples of 4", make: func(g *net) { g.blocks(4).lift(0, 1) }, blocks: 4,
			want: lift},
		{name: "multiples of 8", make: func(g *net) {
			g.by("Div", 255).blocks(8).lift(0,
				1).by("Mul", 255)
		}, blocks: 8, want: lift},
		{name: "one size, which is freed", shape: []int64{1, 3, 80, 96},
			make: func(g *net) { g.blocks(4).lift(0, 255) }, blocks: 4, want: lift},
		{name: "one odd size", shape: []int64{1, 3, 37, 51}, make: plain(0, 255), want: lift},
		// What cannot be told.
		{name: "signed or normalised", make: plain(-1, 1), refused: "--range"},
		{name: "signed, as its file says", make: plain(-1, 1), metadata: "Normalized_1_1",
			want: lift},
		{name: "signed, as it is said", make: plain(-1, 1),
			flags: importer.Options{Range: &importer.Span{-1, 1}}, want: lift},
		{name: "normalised, as it is said", make: odd,
			flags: importer.Options{Mean: &[3]float64{0.485, 0.456, 0.406},
				Std: &[3]float64{0.229, 0.224, 0.225}},
			want: each3(func(v float64, c int) float64 {
				m, d := float64(mean[c]), float64(deviation[c])
				x := (v - m) / d
				return (x+0.15*math.Abs(x))*d + m
			})},
		{name: "of one colour", make: func(g *net) { g.by("Mul", 0).by("Add", 100) },
			refused: "--output-range"},
		{name: "half the size", make: func(g *net) {
			g.do("AveragePool",
				map[string]any{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}})
		}, refused: "keep its size"},
		{name: "a number that is no row of a table", make: func(g *net) {
			g.InputOf(1, "x", 1, 3, -1, -1)
			g.InputOf(7, "style", 1)
			g.lift(0, 1)
			g.Node("Cast", []string{"style"}, "level", map[string]any{"to": int64(1)})
			g.do("Add", nil, "level")
		}, refused: "vector of weights"},
	}
}

// odd is of no values in particular: x + 0.15·|x|, another picture in all that have another 0.
func odd(g *net) {
	x := g.at
	g.do("Abs", nil).by("Mul", 0.15).do("Add", nil, x)
}

// Every network is added without a word about it and paints what it was made to paint, or is
// refused with the flag that decides. What it was made to paint is computed here, in 0 to 1.
func TestNetworksThatPeopleBring(t *testing.T) {
	bank := t.TempDir()
	im := importer.Importer{Engine: install(t), Folder: bank}
	c := newClient(t, bank)
	for _, b := range networks() {
		t.Run(b.name, func(t *testing.T) {
			g := &net{at: "x", last: b.last}
			if g.Shape = b.shape; b.kind != 0 {
				shape := b.shape
				if shape == nil {
					shape = []int64{1, 3, -1, -1}
				}
				g.InputOf(b.kind, "x", shape...)
				g.OutputOf(b.kind, "y", shape...)
			}
			b.make(g)
			path := filepath.Join(t.TempDir(), strings.ReplaceAll(b.name, " ", "-")+".onnx")
			file := g.bytes()
			if b.metadata != "" {
				file = onnxtest.WithMetadata(file, "Image.NominalPixelRange", b.metadata)
			}
			writeFile(t, path, file)
			styles, err := im.Add(context.Background(), path, &b.flags)
			if b.refused != "" {
				if err == nil || !strings.Contains(err.Error(), b.refused) {
					t.Fatalf("it was added with %v, and not refused with %q", err, b.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			s := newShared(t, styles[0].ID, 48, 40)
			if size := styles[0].Input.Size; size != nil {
				s = newShared(t, styles[0].ID, size[0], size[1])
			}
			s.request.Space = bridge.SpaceSRGB
			c.render(s)
			near(t, s.output, b.paint(s), 1e-3+b.rough)
		})
	}
}

// paint is what a network makes of a plate.
func (b *offered) paint(s *shared) []byte {
	width, height := s.request.Plate.Window.Width(), s.request.Plate.Window.Height()
	side := max(b.blocks, 1)
	mixed := func(x, y, c int) (v float64) {
		left, top := x/side*side, y/side*side
		for i := range side * side {
			v += float64(at(s.plate, 4*((top+i/side)*width+left+i%side)+c)) / float64(side*side)
		}
		return 0.25*v + 0.75*float64(at(s.plate, 4*(y*width+x)+c))
	}
	want := make([]byte, len(s.plate))
	copy(want, s.plate)
	for i := range width * height {
		var v [3]float64
		for c := range 3 {
			v[c] = mixed(i%width, i/width, c)
		}
		for c, v := range b.want(v) {
			put(want, 4*i+c, float32(min(max(v, 0), 1)))
		}
	}
	return want
}

// chooser multiplies the channels with a row of a table: by weights of the rows, or by the
// number of one.
func chooser(rows [][]float32, by string) []byte {
	var table []float32
	for _, r := range rows {
		table = append(table, r...)
	}
	g := &net{at: "x"}
	g.InputOf(1, "x", 1, 3, -1, -1)
	g.Constant("table", []int64{int64(len(rows)), 3}, table...)
	g.Integers("planes", 1, 3, 1, 1)
	g.Integers("first", 0)
	switch by {
	case "a number":
		g.InputOf(7, "style", 1)
		g.Node("Gather", []string{"table", "style"}, "row", nil)
	case "one of several":
		g.InputOf(7, "style")
		g.Integers("rows", int64(len(rows)))
		g.Constant("off on", []int64{2}, 0, 1)
		g.Node("Unsqueeze", []string{"style", "first"}, "number", nil)
		g.Node("OneHot", []string{"number", "rows", "off on"}, "one", nil)
		g.Node("MatMul", []string{"one", "table"}, "row", nil)
	case "weights":
		g.InputOf(1, "style", int64(len(rows)))
		g.Node("Unsqueeze", []string{"style", "first"}, "one", nil)
		g.Node("MatMul", []string{"one", "table"}, "row", nil)
	}
	g.Node("Reshape", []string{"row", "planes"}, "gains", nil)
	g.by("Div", 255).do("Mul", nil, "gains").by("Mul", 255)
	return g.bytes()
}

// A network that has several styles inside becomes as many, and what lies between two of them
// is what it makes of their weights.
func TestNetworksThatChoose(t *testing.T) {
	rows := [][]float32{{1, 0.9, 0.8}, {0.5, 1, 0.75}, {0.9, 0.6, 1}}
	for _, by := range []string{"weights", "a number", "one of several"} {
		bank := t.TempDir()
		im := importer.Importer{Engine: install(t), Folder: bank}
		path := filepath.Join(t.TempDir(), "several.onnx")
		writeFile(t, path, chooser(rows, by))
		styles, err := im.Add(context.Background(), path,
			&importer.Options{Label: "Several", Licence: "MIT"})
		if err != nil {
			t.Fatal(by, err)
		}
		if len(styles) != len(rows) || styles[1].Name != "several-2" ||
			styles[1].Label != "Several 2" || styles[1].Licence != "MIT" {
			t.Fatalf("there are %d styles, %+v", len(styles), styles[1])
		}
		c := newClient(t, bank)
		s := newShared(t, styles[0].ID, 20, 10)
		s.request.Space = bridge.SpaceSRGB
		for i := range rows {
			for j := range rows {
				s.request.Style, s.request.StyleB, s.request.StyleMix = styles[i].ID, styles[j].ID,
					0.25
				want := slices.Clone(s.plate)
				for k := range len(want) / 4 {
					if c := k % 4; c < 3 {
						put(want, k, at(want, k)*(0.75*rows[i][c]+0.25*rows[j][c]))
					}
				}
				c.render(s)
				near(t, s.output, want, 1e-4)
			}
		}
		if _, err := im.Add(context.Background(), path,
			&importer.Options{Name: "several-2"}); err == nil ||
			!strings.Contains(err.Error(), "--name") {
			t.Errorf("a name that is taken: %v", err)
		}
	}
}

// What is no choice among styles is not taken for one.
func TestNetworksThatDoNotChoose(t *testing.T) {
	im := importer.Importer{Engine: install(t), Folder: t.TempDir()}
	for want, build := range map[string]func(g *net){
		// an embedding of a painting goes through a layer with a bias
		"--style-graph": func(g *net) {
			g.InputOf(1, "embedding", 1, 8)
			g.Constant("w", []int64{8, 3}, make([]float32, 24)...)
			g.Constant("bias", []int64{3}, 1, 1, 1)
			g.Node("MatMul", []string{"embedding", "w"}, "product", nil)
			g.Node("Add", []string{"product", "bias"}, "gain", nil)
		},
		"vector of weights": func(g *net) { // nothing says how many there are
			g.InputOf(7, "style", 1)
			g.Node("Cast", []string{"style"}, "gain", map[string]any{"to": int64(1)})
		},
	} {
		g := &net{at: "x"}
		g.InputOf(1, "x", 1, 3, -1, -1)
		build(g)
		g.Integers("planes", 1, -1, 1, 1)
		g.Node("Reshape", []string{"gain", "planes"}, "gains", nil)
		g.do("Mul", nil, "gains")
		path := filepath.Join(t.TempDir(), "net.onnx")
		writeFile(t, path, g.bytes())
		if _, err := im.Add(context.Background(), path, &importer.Options{}); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("added with %v, and not refused with %q", err, want)
		}
	}
}
