// Package network runs ONNX graphs that repaint a picture: float32 in, float32 out. A
// picture is 1 × 3 × height × width, of any height and width where the graph allows it.
package network

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	ort "github.com/yalue/onnxruntime_go"

	"impasto.net/plugin/onnx"
)

// Start loads ONNX Runtime, once in the life of a process.
func Start(library string) error {
	loaded = library
	// What a studio renders is nobody else's business. Its telemetry begins with its
	// environment, so that DisableTelemetry comes too late; under cgo Setenv is C's, too.
	if err := os.Setenv("ORT_DISABLE_TELEMETRY", "1"); err != nil {
		return err
	}
	ort.SetSharedLibraryPath(library)
	// Its errors come back from its functions too.
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fmt.Errorf("ONNX Runtime cannot be loaded from %s: %w", library, err)
	}
	// One arena for all sessions. An arena grows with the largest frame and never shrinks:
	// one for each style would hold that much for every style.
	arena, err := ort.NewArenaCfg(0, -1, -1, -1)
	if err != nil {
		return err
	}
	defer arena.Destroy()
	memory, err := ort.GetMemoryInfo()
	if err != nil {
		return err
	}
	if err := ort.CreateAndRegisterAllocator(memory, arena); err != nil {
		return err
	}
	// What the arena takes first it never gives back: let that be little.
	return Shrink()
}

// loaded is the library's path.
var loaded string

// Version is the library's, after it was loaded.
func Version() string { return ort.GetVersion() }

// ErrMemory is wrapped by the errors of graphs that there was not enough memory for.
var ErrMemory = errors.New("not enough memory")

// classified tells a lack of memory from other errors. ONNX Runtime has one code for all
// exceptions, so words have to do: those of its arena, of C++ and of drivers.
func classified(err error) error {
	if err == nil {
		return nil
	}
	err = &runtimeError{err}
	for _, words := range []string{"Failed to allocate memory", "bad_alloc", "bad allocation",
		"Available memory of", "out of memory", "VK_ERROR_OUT_OF_"} {
		if strings.Contains(err.Error(), words) {
			return fmt.Errorf("%w: %w", ErrMemory, err)
		}
	}
	return err
}

// Port is an input or an output of a graph.
type Port struct {
	Name  string
	Shape []int64 // -1 is any length; nil is any shape
}

// Picture is the port of three planes, of a fixed width and height, or of any where those
// are 0.
func Picture(name string, width, height int) Port {
	side := func(n int) int64 {
		if n == 0 {
			return -1
		}
		return int64(n)
	}
	return Port{name, []int64{1, 3, side(height), side(width)}}
}

// Tensor is what goes into a port or comes out of it.
type Tensor struct {
	Shape  []int64
	Values []float32 // nil: an output whose shape and values Run fills in
}

// Torn says whether a tensor has not as many values as its shape says.
func (t Tensor) Torn() bool {
	n := int64(1)
	for _, d := range t.Shape {
		if d < 0 || d > 0 && n > int64(len(t.Values))/d {
			return true
		}
		n *= d
	}
	return n != int64(len(t.Values))
}

// NewPicture is a tensor of three planes.
func NewPicture(values []float32, width, height int) Tensor {
	return Tensor{[]int64{1, 3, int64(height), int64(width)}, values}
}

// Session is a graph that is ready to run.
type Session struct {
	session *ort.DynamicAdvancedSession
	device  Device
	inputs  [][]int64 // shapes, as the graph declares them
}

// Load makes a session of a graph that has these inputs and outputs, and no other inputs.
// The bytes are not used after it returns. What a device cannot do stays on the CPU, and
// on that many threads. Errors of a GPU wrap ErrDevice.
func Load(graph []byte, inputs, outputs []Port, device Device, threads int) (*Session, error) {
	// From memory ONNX Runtime would look for external data in the working directory.
	if err := onnx.RefuseExternalData(graph); err != nil {
		return nil, err
	}
	// ONNX Runtime would make a whole session to say what goes in and comes out.
	have, err := onnx.Read(graph)
	if err != nil {
		return nil, fmt.Errorf("not a graph that ONNX Runtime can use: %w", err)
	}
	if len(have.Inputs) != len(inputs) {
		return nil, fmt.Errorf("the graph has %d inputs (%s), the manifest has %d",
			len(have.Inputs), names(have.Inputs), len(inputs))
	}
	s := &Session{device: device}
	var inputNames, outputNames []string
	for _, p := range inputs {
		found, err := checkPort("input", have.Inputs, p)
		if err != nil {
			return nil, err
		}
		s.inputs = append(s.inputs, found.Shape)
		inputNames = append(inputNames, p.Name)
	}
	for _, p := range outputs {
		if _, err := checkPort("output", have.Outputs, p); err != nil {
			return nil, err
		}
		outputNames = append(outputNames, p.Name)
	}
	defer device.alone()()
	options, err := sessionOptions(threads)
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	var onCPU []string
	if device.Provider == WebGPU {
		if onCPU, err = wideSplits(graph); err != nil {
			return nil, err
		}
	}
	if err := device.join(options, onCPU); err != nil {
		return nil, err
	}
	s.session, err = ort.NewDynamicAdvancedSessionWithONNXData(graph, inputNames, outputNames,
		options)
	switch {
	case err != nil && device.Provider != CPU:
		return nil, deviceError(classified(err))
	case err != nil:
		return nil, fmt.Errorf("not a graph that ONNX Runtime can use: %w", classified(err))
	}
	return s, nil
}

func sessionOptions(threads int) (*ort.SessionOptions, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	for _, set := range []func() error{
		func() error { return options.SetIntraOpNumThreads(threads) },
		// A memory pattern is planned for every size of frame, and takes up to twice the
		// memory of the arena alone: 1.5 GB instead of 0.9 GB for one network at 1080p.
		func() error { return options.SetMemPattern(false) },
		func() error { return options.AddSessionConfigEntry("session.use_env_allocators", "1") },
		// Weights apart from what comes and goes: Shrink gives back what nothing is left in.
		func() error {
			return options.AddSessionConfigEntry("session.use_device_allocator_for_initializers",
				"1")
		},
		// ONNX Runtime would guess: a file that begins as its own format does, at the fifth byte,
		// and is ONNX too, would run as another network than the one that was checked.
		func() error { return options.AddSessionConfigEntry("session.load_model_format", "ONNX") },
		// Threads that wait for work sleep. Spinning takes a fifth more processor time, and
		// the processors are the OFX host's and the converters' too.
		func() error {
			return options.AddSessionConfigEntry("session.intra_op.allow_spinning",
				"0")
		},
	} {
		if err := set(); err != nil {
			options.Destroy()
			return nil, err
		}
	}
	return options, nil
}

// checkPort compares what a graph takes or gives with what its manifest says.
// An output need not say its shape.
func checkPort(port string, have []onnx.Port, want Port) (*onnx.Port, error) {
	i := slices.IndexFunc(have, func(h onnx.Port) bool { return h.Name == want.Name })
	if i < 0 {
		return nil, fmt.Errorf("the graph's %ss are called %s, the manifest says %q", port,
			names(have), want.Name)
	}
	h := &have[i]
	if h.Type != onnx.TypeFloat {
		return nil, fmt.Errorf("the graph's %s is not a float32 tensor but %s", port,
			onnx.TypeName(h.Type))
	}
	if want.Shape == nil || h.Shape == nil && port == "output" {
		return h, nil
	}
	d := h.Shape
	fits := len(d) == len(want.Shape)
	for i := 0; fits && i < len(d); i++ {
		fits = d[i] < 0 || d[i] == want.Shape[i] || want.Shape[i] < 0 && i >= 2
	}
	if !fits {
		return nil, fmt.Errorf("the graph's %s has the shape %v, wanted is %s", port, d,
			shape(want.Shape))
	}
	for i := 2; i < len(d); i++ {
		if want.Shape[i] < 0 && d[i] > 0 {
			return nil, fmt.Errorf("the graph's %s is of a fixed size, %d × %d pixels: it has to "+
				"be exported with a free height and width, or added with impasto models add", port,
				d[3], d[2])
		}
	}
	return h, nil
}

func names(ports []onnx.Port) string {
	all := make([]string, len(ports))
	for i := range ports {
		all[i] = strconv.Quote(ports[i].Name)
	}
	return strings.Join(all, ", ")
}

func shape(dims []int64) string {
	words := make([]string, len(dims))
	for i, d := range dims {
		words[i] = strconv.FormatInt(d, 10)
		if d < 0 {
			words[i] = "any"
		}
	}
	return strings.Join(words, " × ")
}

// Number is a tensor for the input of that index, a single number, of as many dimensions as
// the graph wants.
func (s *Session) Number(input int, v float32) Tensor {
	t := Tensor{Values: []float32{v}}
	for range s.inputs[input] {
		t.Shape = append(t.Shape, 1)
	}
	return t
}

// Run runs the graph, its inputs and outputs in the order in which Load had them. When the
// context ends, ONNX Runtime stops after the operator that it is at, and Run gives the
// context's error. The session can be used again after any error.
func (s *Session) Run(ctx context.Context, in, out []Tensor) error {
	var values []ort.Value // that were made here
	defer func() {
		for _, v := range values {
			v.Destroy()
		}
	}()
	tensor := func(t Tensor) (v ort.Value, err error) {
		if len(t.Shape) == 0 {
			v, err = ort.NewScalar(t.Values[0])
		} else {
			v, err = ort.NewTensor(ort.NewShape(t.Shape...), t.Values)
		}
		if err == nil {
			values = append(values, v)
		}
		return v, err
	}
	inputs, outputs := make([]ort.Value, len(in)), make([]ort.Value, len(out))
	for i, t := range in {
		var err error
		if inputs[i], err = tensor(t); err != nil {
			return err
		}
	}
	for i, t := range out {
		if t.Values == nil {
			continue // ONNX Runtime makes it
		}
		var err error
		if outputs[i], err = tensor(t); err != nil {
			return err
		}
	}
	options, err := ort.NewRunOptions()
	if err != nil {
		return err
	}
	defer options.Destroy()

	terminated := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		options.Terminate()
		close(terminated)
	})
	done := s.device.alone()
	err = s.session.RunWithOptions(inputs, outputs, options)
	done()
	if !stop() {
		<-terminated // before the options are destroyed
		if err != nil {
			return ctx.Err()
		}
	}
	if err != nil {
		return classified(err)
	}
	for i := range out {
		if out[i].Values != nil {
			continue
		}
		values = append(values, outputs[i])
		v, ok := outputs[i].(*ort.Tensor[float32])
		if !ok {
			return fmt.Errorf("output %d is not a float32 tensor", i)
		}
		out[i] = Tensor{slices.Clone([]int64(v.GetShape())), slices.Clone(v.GetData())}
	}
	return nil
}

// Close frees the session, which nobody may be running.
func (s *Session) Close() error {
	defer s.device.alone()()
	return s.session.Destroy()
}
