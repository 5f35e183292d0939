// Package network runs ONNX graphs that repaint a picture: float32 in, float32 out, 1 × 3 ×
// height × width, of any height and width.
package network

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// Start loads ONNX Runtime, once in the life of a process.
func Start(library string) error {
	if _, err := os.Stat(library); err != nil {
		return fmt.Errorf("ONNX Runtime is missing, install the whole Impasto.ofx.bundle again: %w", err)
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
	return ort.CreateAndRegisterAllocator(memory, arena)
}

// ErrMemory is wrapped by the errors of graphs that there was not enough memory for.
var ErrMemory = errors.New("not enough memory")

// classified tells a lack of memory from other errors. ONNX Runtime has one code for all
// exceptions, so its words have to do: those of its arena and of C++.
func classified(err error) error {
	if err == nil {
		return nil
	}
	for _, words := range []string{"Failed to allocate memory", "bad_alloc", "bad allocation", "Available memory of"} {
		if strings.Contains(err.Error(), words) {
			return fmt.Errorf("%w: %w", ErrMemory, err)
		}
	}
	return err
}

// Session is a graph that is ready to run.
type Session struct {
	session *ort.DynamicAdvancedSession
}

// Load makes a session of a graph whose input and output have those names. The bytes are
// not used after it returns.
func Load(graph []byte, input, output string, threads int) (*Session, error) {
	// From memory ONNX Runtime would look for external data in the working directory.
	if err := refuseExternalData(graph); err != nil {
		return nil, err
	}
	inputs, outputs, err := ort.GetInputOutputInfoWithONNXData(graph)
	if err != nil {
		return nil, fmt.Errorf("not a graph that ONNX Runtime can use: %w", classified(err))
	}
	if err := checkPort("input", inputs, input); err != nil {
		return nil, err
	}
	if err := checkPort("output", outputs, output); err != nil {
		return nil, err
	}
	options, err := sessionOptions(threads)
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	s, err := ort.NewDynamicAdvancedSessionWithONNXData(graph, []string{input}, []string{output}, options)
	if err != nil {
		return nil, fmt.Errorf("not a graph that ONNX Runtime can use: %w", classified(err))
	}
	return &Session{s}, nil
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
		// Threads that wait for work sleep. Spinning takes a fifth more processor time, and
		// the processors are the OFX host's and the converters' too.
		func() error { return options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0") },
	} {
		if err := set(); err != nil {
			options.Destroy()
			return nil, err
		}
	}
	return options, nil
}

// checkPort compares what a graph takes or gives with what its manifest says.
func checkPort(port string, have []ort.InputOutputInfo, want string) error {
	if len(have) != 1 {
		return fmt.Errorf("the graph has %d %ss, one is wanted", len(have), port)
	}
	h := have[0]
	if h.Name != want {
		return fmt.Errorf("the graph's %s is called %q, the manifest says %q", port, h.Name, want)
	}
	if h.OrtValueType != ort.ONNXTypeTensor || h.DataType != ort.TensorElementDataTypeFloat {
		return fmt.Errorf("the graph's %s is not a float32 tensor but %s", port, &h)
	}
	d := h.Dimensions
	if len(d) != 4 || d[0] > 1 || d[1] != 3 && d[1] > 0 {
		return fmt.Errorf("the graph's %s has the shape %v, wanted is 1 × 3 × height × width", port, d)
	}
	if d[2] > 0 || d[3] > 0 {
		return fmt.Errorf("the graph's %s is of a fixed size, %d × %d pixels: it has to be exported with a free height and width", port, d[3], d[2])
	}
	return nil
}

// Run paints the picture in, three planes of height × width, into out. When the context
// ends, ONNX Runtime stops after the operator that it is at, and Run gives the context's
// error. The session can be used again after any error.
func (s *Session) Run(ctx context.Context, in, out []float32, width, height int) error {
	shape := ort.NewShape(1, 3, int64(height), int64(width))
	input, err := ort.NewTensor(shape, in)
	if err != nil {
		return err
	}
	defer input.Destroy()
	output, err := ort.NewTensor(shape, out)
	if err != nil {
		return err
	}
	defer output.Destroy()
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
	err = s.session.RunWithOptions([]ort.Value{input}, []ort.Value{output}, options)
	if !stop() {
		<-terminated // before the options are destroyed
		if err != nil {
			return ctx.Err()
		}
	}
	return classified(err)
}

// Close frees the session, which nobody may be running.
func (s *Session) Close() error { return s.session.Destroy() }
