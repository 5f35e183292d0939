package importer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"impasto.net/plugin/importer"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// Trials run in this very program.
func TestMain(m *testing.M) {
	if len(os.Args) > 4 && os.Args[1] == "trial" {
		parent, err := strconv.Atoi(os.Args[2])
		if err == nil {
			err = importer.Trial(os.Getenv("IMPASTO_ORT"), parent, os.Args[3], os.Args[4:])
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// bench is a folder with networks to import, and one to import them into.
type bench struct {
	t  *testing.T
	im importer.Importer
}

func newBench(t *testing.T) *bench {
	t.Helper()
	t.Setenv("IMPASTO_ORT", onnxtest.Library(t))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t, importer.Importer{Engine: self, Folder: filepath.Join(t.TempDir(), "styles")}}
}

func (b *bench) file(name string, graph []byte) string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), name)
	if err := os.WriteFile(path, graph, 0o644); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *bench) add(path string, o importer.Options) *style.Style {
	b.t.Helper()
	all, err := b.im.Add(context.Background(), path, &o)
	if err != nil {
		b.t.Fatal(err)
	}
	p := all[0]
	if err := b.im.Verify(context.Background(), style.Any{Style: p},
		style.Bank{b.im.Folder}); err != nil {
		b.t.Error(err)
	}
	return p
}

// scaled is a network that gives its input times a gain and plus an offset.
func scaled(gain, offset float32, shape ...int64) []byte {
	g := onnxtest.Graph{Shape: shape}
	g.Constant("gain", []int64{1}, gain)
	g.Constant("offset", []int64{1}, offset)
	g.Node("Mul", []string{"x", "gain"}, "bright", nil)
	g.Node("Add", []string{"bright", "offset"}, "y", nil)
	return g.Bytes()
}

// halved is a network of strides: its output is rounded up to a multiple of 4.
func halved(shape ...int64) []byte {
	g := onnxtest.Graph{Shape: shape}
	g.Constant("w", []int64{3, 1, 2, 2}, .25, .25, .25, .25, .25, .25, .25, .25, .25, .25, .25, .25)
	g.Constant("up", []int64{3, 1, 2, 2}, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	two := map[string]any{"strides": []int64{2, 2}, "kernel_shape": []int64{2, 2},
		"group": int64(3)}
	half := map[string]any{"strides": []int64{2, 2}, "kernel_shape": []int64{2, 2},
		"group": int64(3), "pads": []int64{0, 0, 1, 1}}
	g.Node("Conv", []string{"x", "w"}, "a", half)
	g.Node("Conv", []string{"a", "w"}, "b", half)
	g.Node("ConvTranspose", []string{"b", "up"}, "c", two)
	g.Node("ConvTranspose", []string{"c", "up"}, "y", two)
	return g.Bytes()
}

// strangers is the second graph of onnxtest.Vectors, with names that the first has not.
func strangers() []byte {
	var g onnxtest.Graph
	g.Input("content", 1, 3, -1, -1)
	g.Input("first", 1, 3, 1, 1)
	g.Input("second", 1, 3, 1, 1)
	g.Node("Mul", []string{"content", "first"}, "bright", nil)
	g.Node("Sub", []string{"bright", "second"}, "dark", nil)
	g.Node("Add", []string{"dark", "second"}, "y", nil)
	return g.Bytes()
}

func TestAdd(t *testing.T) {
	b := newBench(t)
	vectors, paints := onnxtest.Vectors()
	caffe := func(values ...float32) []byte {
		var g onnxtest.Graph
		g.Constant("mean", []int64{1, 3, 1, 1}, values...)
		g.Node("Sub", []string{"x", "mean"}, "a", nil)
		g.Node("Add", []string{"a", "mean"}, "y", nil)
		return g.Bytes()
	}
	oneSize := func() []byte {
		g := onnxtest.Graph{Shape: []int64{1, 3, 48, 64}}
		g.Constant("shades", []int64{48, 64}, make([]float32, 48*64)...)
		g.Node("Add", []string{"x", "shades"}, "y", nil)
		return g.Bytes()
	}
	for _, c := range []struct {
		name  string
		graph []byte
		o     importer.Options
		want  style.Input
		out   [2]float64
	}{
		{"plain", onnxtest.Identity(), importer.Options{},
			style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 1}},
		{"of bytes", scaled(0, 128),
			importer.Options{Range: &importer.Span{0, 255}, OutputRange: &importer.Span{0, 255}},
			style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 255}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 255}},
		{"to bytes", scaled(255, 0), importer.Options{},
			style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 255}},
		{"from bytes", scaled(1./255, 0), importer.Options{},
			style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 255}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 1}},
		{"caffe", caffe(103.939, 116.779, 123.68), importer.Options{},
			style.Input{Name: "x", Channels: "BGR", Range: [2]float64{0, 255}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 255}},
		{"torch", caffe(123.68, 116.779, 103.939), importer.Options{},
			style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 255}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 255}},
		{"wants a mean", caffe(-104, -117, -124),
			importer.Options{Mean: &[3]float64{104, 117, 124}, OutputRange: &importer.Span{0, 255}},
			style.Input{Name: "x", Channels: "BGR", Range: [2]float64{0, 255},
				Mean: &[3]float64{104, 117, 124}, MultipleOf: 1, Minimum: 32}, [2]float64{0, 255}},
		{"caffe behind RGB", func() []byte {
			var g onnxtest.Graph
			g.Integers("turned", 2, 1, 0)
			g.Constant("mean", []int64{1, 3, 1, 1}, 103.939, 116.779, 123.68)
			turn := map[string]any{"axis": int64(1)}
			g.Node("Gather", []string{"x", "turned"}, "a", turn)
			g.Node("Sub", []string{"a", "mean"}, "b", nil)
			g.Node("Add", []string{"b", "mean"}, "c", nil)
			g.Node("Gather", []string{"c", "turned"}, "y", turn)
			return g.Bytes()
		}(), importer.Options{},
			style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 255}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 255}},
		{"said to be BGR", onnxtest.Identity(), importer.Options{Channels: "BGR"},
			style.Input{Name: "x", Channels: "BGR", Range: [2]float64{0, 1}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 1}},
		{"strides", halved(), importer.Options{},
			style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 4,
				Minimum: 32}, [2]float64{0, 1}},
		{"a size that can be freed", halved(1, 3, 64, 96), importer.Options{},
			style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 4,
				Minimum: 32}, [2]float64{0, 1}},
		{"a size that cannot", oneSize(), importer.Options{},
			style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 1,
				Minimum: 1, Size: &[2]int{64, 48}}, [2]float64{0, 1}},
		{"a size that is said", onnxtest.Identity(), importer.Options{Size: &[2]int{80, 60}},
			style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 1,
				Minimum: 1, Size: &[2]int{80, 60}}, [2]float64{0, 1}},
		{"channels last", func() []byte {
			g := onnxtest.Graph{Shape: []int64{-1, -1, -1, 3}}
			g.Node("Identity", []string{"x"}, "y", nil)
			return g.Bytes()
		}(), importer.Options{},
			style.Input{Name: "x_channels_first", Channels: "RGB", Range: [2]float64{0, 1},
				MultipleOf: 1, Minimum: 32}, [2]float64{0, 1}},
		{"no batch", func() []byte {
			g := onnxtest.Graph{Shape: []int64{3, -1, -1}}
			g.Node("Identity", []string{"x"}, "y", nil)
			return g.Bytes()
		}(), importer.Options{},
			style.Input{Name: "x_batch", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 1}},
		{"no batch, channels last, one size", func() []byte {
			g := onnxtest.Graph{Shape: []int64{64, 96, 3}}
			g.Node("Identity", []string{"x"}, "y", nil)
			return g.Bytes()
		}(), importer.Options{},
			style.Input{Name: "x_batch_channels_first", Channels: "RGB", Range: [2]float64{0, 1},
				MultipleOf: 1, Minimum: 32}, [2]float64{0, 1}},
		{"vectors of other names", strangers(),
			importer.Options{StyleGraph: b.file("v.onnx", vectors)},
			style.Input{Name: "content", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 1}},
		{"vectors", paints, importer.Options{StyleGraph: b.file("v.onnx", vectors),
			Range: &importer.Span{0, 1}, OutputRange: &importer.Span{0, 1}},
			style.Input{Name: "content", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 1}},
		{"two pictures", onnxtest.Tinted(), importer.Options{},
			style.Input{Name: "content", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 1,
				Minimum: 32}, [2]float64{0, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := *b
			b.t = t
			p := b.add(b.file(c.name+".onnx", c.graph), c.o)
			if !reflect.DeepEqual(p.Input, c.want) || p.Output.Range != c.out {
				t.Errorf("found %+v and %v, want %+v and %v", p.Input, p.Output.Range, c.want,
					c.out)
			}
			switch c.name {
			case "vectors":
				if p.Painting == nil || p.Painting.Name != "painting" || p.Vectors == nil ||
					p.Alpha != "alpha" {
					t.Errorf("the painting goes into %+v, %+v, %q", p.Painting, p.Vectors, p.Alpha)
				}
			case "two pictures":
				if p.Painting == nil || p.Painting.Name != "style" || p.Vectors != nil {
					t.Errorf("the painting goes into %+v, %+v", p.Painting, p.Vectors)
				}
			}
		})
	}
}

// What a stranger brings is refused with a sentence that says what is wrong and what to
// do, and leaves nothing behind.
func TestBadModels(t *testing.T) {
	b := newBench(t)
	vectors, paints := onnxtest.Vectors()
	build := func(edit func(g *onnxtest.Graph)) []byte {
		var g onnxtest.Graph
		edit(&g)
		return g.Bytes()
	}
	ports := func(shape ...int64) []byte {
		return build(func(g *onnxtest.Graph) {
			g.Shape = shape
			g.Node("Identity", []string{"x"},
				"y", nil)
		})
	}
	huge := filepath.Join(t.TempDir(), "huge.onnx")
	if err := os.WriteFile(huge, onnxtest.Identity(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, 2<<30); err != nil {
		t.Fatal(err)
	}
	nan := float32(0)
	nan /= nan
	for _, c := range []struct {
		name, path string
		graph      []byte
		o          importer.Options
		wants      []string
	}{
		{name: "not there", path: "/nowhere/net.onnx",
			wants: []string{"/nowhere/net.onnx", "no such file"}},
		{name: "a folder", path: t.TempDir(), wants: []string{"is not a file"}},
		{name: "2 GB", path: huge, wants: []string{"2048 MB", "512 at the most"}},
		{name: "empty", graph: []byte{}, wants: []string{"not an ONNX file"}},
		{name: "a picture", graph: []byte("\x89PNG\r\n\x1a\nand so on"),
			wants: []string{"this is a picture"}},
		{name: "a pointer",
			graph: []byte("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 67\n"),
			wants: []string{"Git LFS pointer", "git lfs pull"}},
		{name: "a page", graph: []byte("\n\n<!DOCTYPE html>\n<html></html>"),
			wants: []string{"web page", "Download raw file"}},
		{name: "another format", graph: []byte("\x1c\x00\x00\x00TFL3\x00\x00\x00\x00"),
			wants: []string{"TensorFlow Lite", "tf2onnx"}},
		{name: "a checkpoint", graph: []byte("PK\x03\x04\x00\x00archive/data.pkl"),
			wants: []string{"an archive", "torch.onnx.export"}},
		{name: "a newer format", graph: versioned(onnxtest.Identity(), 8, 99),
			wants: []string{"version 99 of ONNX's file format", "ir_version = 1"}},
		{name: "no operator set", graph: onnxtest.Identity()[:len(onnxtest.Identity())-4],
			wants: []string{"opset_import", "export it again"}},
		{name: "an old operator set", graph: versioned(build(func(g *onnxtest.Graph) {
			g.Node("Upsample", []string{"x"}, "y",
				map[string]any{"mode": "nearest", "scales": []int64{1, 1, 1, 1}})
		}), 17, 5), wants: []string{"version 5 of ONNX's operators", "version_converter"}},
		{name: "noise", graph: build(func(g *onnxtest.Graph) {
			g.Node("RandomNormalLike", []string{"x"}, "noise", nil)
			g.Node("Add", []string{"x", "noise"}, "y", nil)
		}), wants: []string{"RandomNormalLike makes noise"}},
		{name: "noise in a loop", graph: build(func(g *onnxtest.Graph) {
			body := &onnx.Graph{}
			body.Node("RandomUniform", nil, []string{"noise"}, onnx.Attributes{"shape": []int64{1}})
			body.Output(onnx.Port{Name: "noise", Type: onnx.TypeFloat, Shape: []int64{1}})
			g.Integers("zero", 0)
			g.Node("Cast", []string{"zero"}, "no", onnx.Attributes{"to": int64(9)})
			g.Node("If", []string{"no"}, "level",
				onnx.Attributes{"then_branch": body, "else_branch": body})
			g.Node("Add", []string{"x", "level"}, "y", nil)
		}), wants: []string{"RandomUniform makes noise"}},
		{name: "training", graph: build(func(g *onnxtest.Graph) {
			g.Constant("half", nil, 0.5)
			g.Integers("one", 1)
			g.Node("Cast", []string{"one"}, "yes", onnx.Attributes{"to": int64(9)})
			g.Node("Dropout", []string{"x", "half", "yes"}, "y", nil)
		}), wants: []string{"Dropout is as in training", "model.eval()"}},
		{name: "cut", graph: onnxtest.Slow(3, 8)[:400], wants: []string{"cut short"}},
		{name: "NaN weights", graph: build(func(g *onnxtest.Graph) {
			g.Constant("scale", []int64{1}, nan)
			g.Node("Mul", []string{"x", "scale"}, "y", nil)
		}), wants: []string{`the weights "scale"`, "no numbers"}},
		{name: "NaN output", graph: build(func(g *onnxtest.Graph) {
			g.Node("Sub", []string{"x", "x"}, "zero", nil)
			g.Node("Div", []string{"zero", "zero"}, "y", nil)
		}), wants: []string{"no numbers", "--range"}},
		{name: "unknown operator", graph: build(func(g *onnxtest.Graph) {
			g.Node("NoSuchOperator",
				[]string{"x"}, "y", nil)
		}), wants: []string{"NoSuchOperator"}},
		{name: "two channels", graph: ports(1, 2, -1, -1),
			wants: []string{"takes no picture", "1 × 3 × height × width"}},
		{name: "rank", graph: ports(1, 3, -1), wants: []string{"takes no picture"}},
		{name: "integers", graph: build(func(g *onnxtest.Graph) {
			g.InputOf(6, "x", 1, 3, -1, -1)
			g.Node("Cast", []string{"x"}, "y", map[string]any{"to": int64(1)})
		}), wants: []string{`"x" (int32`, "float32"}},
		{name: "half the size", graph: build(func(g *onnxtest.Graph) {
			g.Node("AveragePool", []string{"x"}, "y",
				map[string]any{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}})
		}), wants: []string{"comes out as", "keep its size"}},
		{name: "without its vectors", graph: paints, wants: []string{`"mean"`, "--style-graph"}},
		{name: "other vectors", graph: paints,
			o: importer.Options{StyleGraph: b.file("i.onnx",
				ports())}, wants: []string{`the style graph gives "y"`, "do not match"}},
		{name: "vectors alone", graph: vectors, wants: []string{"gives no picture", `"gain"`}},
		{name: "no such input", graph: onnxtest.Tinted(), o: importer.Options{Content: "image"},
			wants: []string{`"image" for --content`, `"style"`}},
		{name: "flat", graph: scaled(0, 100), wants: []string{"--range", "--output-range"}},
		{name: "more memory than there is", graph: build(func(g *onnxtest.Graph) {
			g.Constant("side", []int64{2}, 1<<20, 1<<18)
			g.Node("Cast", []string{"side"}, "shape", map[string]any{"to": int64(7)})
			g.Node("ConstantOfShape", []string{"shape"}, "large", nil)
			g.Node("ReduceMax", []string{"large"}, "nothing", map[string]any{"keepdims": int64(0)})
			g.Node("Add", []string{"x", "nothing"}, "y", nil)
		}), wants: []string{"more memory than this machine has to spare"}},
		{name: "made for one size", graph: build(func(g *onnxtest.Graph) {
			g.Constant("shades", []int64{50, 70}, make([]float32, 50*70)...)
			g.Node("Add", []string{"x", "shades"}, "y", nil)
		}), wants: []string{"ONNX Runtime cannot run it", "--size 512x512"}},
		{name: "deadly", graph: build(func(g *onnxtest.Graph) {
			g.Constant("one", []int64{1}, 1)
			g.Constant("lowest", []int64{1}, -1<<63)
			g.Node("ReduceMin", []string{"x"}, "darkest", map[string]any{"keepdims": int64(0)})
			g.Node("Sub", []string{"darkest", "darkest"}, "zero", nil)
			g.Node("Sub", []string{"zero", "one"}, "minus", nil)
			toInteger := map[string]any{"to": int64(7)}
			g.Node("Cast", []string{"minus"}, "divisor", toInteger)
			g.Node("Cast", []string{"lowest"}, "dividend", toInteger)
			g.Node("Div", []string{"dividend", "divisor"}, "quotient", nil)
			g.Node("Cast", []string{"quotient"}, "result", map[string]any{"to": int64(1)})
			g.Node("Mul", []string{"x", "result"}, "y", nil)
		}), wants: []string{"ended the program that runs it"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := c.path
			if path == "" {
				path = b.file("net.onnx", c.graph)
			}
			_, err := b.im.Add(context.Background(), path, &c.o)
			if err == nil {
				t.Fatal("it was taken")
			}
			t.Log(err)
			for _, w := range c.wants {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
			if left, _ := os.ReadDir(b.im.Folder); len(left) > 0 {
				t.Errorf("%v was left behind", left)
			}
		})
	}
}

// versioned is a file of another version, which is a number of one byte in it: the format's
// is at its start, the operators' at its end.
func versioned(file []byte, from, to byte) []byte {
	file = bytes.Clone(file)
	at := 1
	if from == 17 {
		at = len(file) - 1
	}
	if file[at] != from {
		panic("it is of another version")
	}
	file[at] = to
	return file
}

func TestLicence(t *testing.T) {
	b := newBench(t)
	plain := onnxtest.Identity()
	described := append(bytes.Clone(plain), "\x32\x24A fine network.\nLicense:  CC BY 4.0\n"...)
	for i, c := range []struct {
		graph     []byte
		said, was string
	}{
		{plain, "", "unknown"},
		{onnxtest.WithMetadata(plain, "license", "Free for personal\n  or research use"), "",
			"Free for personal or research use"},
		{onnxtest.WithMetadata(plain, "Model_Licence", "MIT"), "", "MIT"},
		{onnxtest.WithMetadata(onnxtest.WithMetadata(plain, "license_url", "https://example.org"),
			"license", "MIT"), "", "MIT"},
		{onnxtest.WithMetadata(plain, "license", "MIT"), "of my own", "of my own"},
		{onnxtest.WithMetadata(plain, "license", " "), "", "unknown"},
		{described, "", "CC BY 4.0"},
		{onnxtest.WithMetadata(plain, "license", strings.Repeat("long ", 1000)), "",
			strings.Repeat("long ", 40) + "…"},
	} {
		p := b.add(b.file(fmt.Sprintf("net%d.onnx", i), c.graph), importer.Options{Licence: c.said})
		if p.Licence != c.was {
			t.Errorf("%d: the licence is %q, want %q", i, p.Licence, c.was)
		}
	}
}

func TestAddTwice(t *testing.T) {
	b := newBench(t)
	path := b.file("net.onnx", onnxtest.Identity())
	b.add(path, importer.Options{})
	if _, err := b.im.Add(context.Background(), path, &importer.Options{}); err == nil ||
		!strings.Contains(err.Error(), "--name") {
		t.Error(err)
	}
	b.add(path, importer.Options{Name: "other", Label: "Another One", Licence: "MIT",
		Origin: "made here"})
	if _, err := b.im.Add(context.Background(), path,
		&importer.Options{Name: "../another"}); err == nil ||
		!strings.Contains(err.Error(), "lower-case") {
		t.Error(err)
	}
}

func TestInterrupted(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := b.im.Add(ctx, b.file("slow.onnx", onnxtest.Slow(150, 24)), &importer.Options{})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 3*time.Second {
		t.Errorf("ended after %v with %v", time.Since(start), err)
	}
	if left, _ := os.ReadDir(b.im.Folder); len(left) > 0 {
		t.Errorf("%v was left behind", left)
	}
}

func TestParseRange(t *testing.T) {
	for text, want := range map[string]importer.Span{"0-255": {0, 255}, "-1-1": {-1, 1},
		"-2.5--1": {-2.5, -1}} {
		if s, err := importer.ParseRange(text); err != nil || *s != want {
			t.Errorf("%s is %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "255", "1-0", "a-b", "0-1-2"} {
		if s, err := importer.ParseRange(text); err == nil {
			t.Errorf("%q is %v", text, s)
		}
	}
}

// A package that came with its hashes is tried all the same.
func TestPackagesThatAreRefused(t *testing.T) {
	b := newBench(t)
	statistics, painter := onnxtest.Conditional()
	one := func(of func(g *onnxtest.Graph)) []byte {
		var g onnxtest.Graph
		g.Input("image", 1, 3, -1, -1)
		g.Input("norms", onnxtest.ConditionalLength)
		g.Output("stylized", 1, 3, -1, -1)
		g.Node("ReduceMean", []string{"norms"}, "mean", map[string]any{"keepdims": int64(0)})
		of(&g)
		return g.Bytes()
	}
	halves := one(func(g *onnxtest.Graph) {
		g.Node("Mul", []string{"image", "mean"}, "bright", nil)
		g.Node("AveragePool", []string{"bright"}, "stylized",
			map[string]any{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}})
	})
	nan := one(func(g *onnxtest.Graph) {
		g.Node("Sub", []string{"mean", "mean"}, "zero", nil)
		g.Node("Div", []string{"image", "zero"}, "stylized", nil)
	})
	for _, c := range []struct {
		name                string
		statistics, painter []byte
		edit                func(*style.Network)
		want                string
	}{
		{"half the size", statistics, halves, func(*style.Network) {},
			"painter.onnx makes a tensor of [1 3 60 68]"},
		{"no numbers", statistics, nan, func(*style.Network) {},
			"painter.onnx: it gives values that are no numbers"},
		{"other norms", statistics, painter, func(n *style.Network) { n.Norms.Length = 4 },
			"statistics.onnx"},
		{"other names", statistics, painter, func(n *style.Network) { n.Norms.Style = "vector" },
			"its manifest says picture, vector"},
		{"other outputs", statistics, painter, func(n *style.Network) { n.Output.Name = "painted" },
			"painted"},
		{"no graph", []byte("This is not a network."), painter, func(*style.Network) {},
			"statistics.onnx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			made := t.TempDir()
			onnxtest.WriteGraphs(t, made, "painter", c.statistics, c.painter, c.edit)
			_, err := b.im.AddPackage(context.Background(), filepath.Join(made, "painter"),
				style.Bank{b.im.Folder})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("added with %v, want %q", err, c.want)
			}
			if left, err := os.ReadDir(b.im.Folder); len(left) > 0 || err != nil {
				t.Errorf("%v is left, %v", left, err)
			}
		})
	}
}
