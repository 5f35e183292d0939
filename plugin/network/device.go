package network

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"impasto.net/plugin/onnx"
)

// Provider is what ONNX Runtime runs a graph with.
type Provider string

const (
	CPU      Provider = ""
	WebGPU   Provider = "WebGPU" // any GPU with Vulkan
	CUDA     Provider = "CUDA"
	TensorRT Provider = "TensorRT"
)

// GPUs are those for GPUs, the faster ones first. The library that ships has the last.
var GPUs = []Provider{TensorRT, CUDA, WebGPU}

// Device is what a session runs on; the zero value is the CPU.
type Device struct {
	Provider Provider
	Index    int // of the GPUs that the provider sees
}

// webGPU is held by whoever uses WebGPU: all sessions record into one list of commands, and
// two at once end the process.
var webGPU sync.Mutex

// alone waits until nobody else uses the device, where that matters. The caller has to call
// what it gives.
func (d Device) alone() (done func()) {
	if d.Provider != WebGPU {
		return func() {}
	}
	webGPU.Lock()
	return webGPU.Unlock
}

func (d Device) String() string {
	switch {
	case d.Provider == CPU:
		return "the CPU"
	case d.Index > 0:
		return fmt.Sprintf("GPU %d through %s", d.Index, d.Provider)
	}
	return fmt.Sprintf("the GPU through %s", d.Provider)
}

// ErrDevice is wrapped by the errors of devices, and ErrProvider by those for providers
// that are not in this library.
var (
	ErrDevice   = errors.New("the device cannot be used")
	ErrProvider = errors.New("not in this ONNX Runtime")
)

// join adds the device's provider to a session; the operators of these names stay on the
// CPU.
func (d Device) join(options *ort.SessionOptions, onCPU []string) error {
	var err error
	switch d.Provider {
	case CPU:
		return nil
	case WebGPU:
		if d.Index > 0 {
			return fmt.Errorf("%w: WebGPU has the machine's first GPU only, and no number %d",
				ErrDevice, d.Index)
		}
		var more map[string]string
		if len(onCPU) > 0 {
			more = map[string]string{"forceCpuNodeNames": strings.Join(onCPU, "\n")}
		}
		err = options.AppendExecutionProvider(string(WebGPU), more)
	case CUDA:
		err = d.joinCUDA(options)
	case TensorRT:
		if err = d.joinTensorRT(options); err == nil {
			err = d.joinCUDA(options) // for what TensorRT cannot do
		}
	}
	if err != nil {
		return deviceError(err)
	}
	return nil
}

func (d Device) joinCUDA(options *ort.SessionOptions) error {
	if err := beside("cuda"); err != nil {
		return err
	}
	o, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer o.Destroy()
	if err := o.Update(map[string]string{
		"device_id": strconv.Itoa(d.Index),
		"use_tf32":  "0", // or 32 bits would be 19
		// Trying all ways of convolution takes seconds for every size of frame, and ends
		// with another one on another day.
		"cudnn_conv_algo_search": "HEURISTIC",
	}); err != nil {
		return err
	}
	return options.AppendExecutionProviderCUDA(o)
}

func (d Device) joinTensorRT(options *ort.SessionOptions) error {
	if err := beside("tensorrt"); err != nil {
		return err
	}
	o, err := ort.NewTensorRTProviderOptions()
	if err != nil {
		return err
	}
	defer o.Destroy()
	if err := o.Update(map[string]string{"device_id": strconv.Itoa(d.Index)}); err != nil {
		return err
	}
	return options.AppendExecutionProviderTensorRT(o)
}

// beside says whether a provider that is a library of its own is there.
func beside(provider string) error {
	_, err := os.Stat(filepath.Join(filepath.Dir(loaded),
		"libonnxruntime_providers_"+provider+".so"))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProvider, err)
	}
	return nil
}

// maxBound is how many tensors every WebGPU lets a kernel have at once.
const maxBound = 8

// wideSplits are the names of the operators that give more tensors than that. ONNX Runtime
// finds out only when it runs them, and they are none that need a GPU.
func wideSplits(graph []byte) (names []string, err error) {
	m, err := onnx.Read(graph)
	if err != nil {
		return nil, err
	}
	for _, n := range m.Nodes {
		if n.Op == "Split" && n.Name != "" && 1+len(n.Outputs) > maxBound {
			names = append(names, n.Name)
		}
	}
	return names, nil
}

// Try says why a device cannot be used at all.
func (d Device) Try() error {
	defer d.alone()()
	options, err := sessionOptions(1)
	if err != nil {
		return err
	}
	defer options.Destroy()
	return d.join(options, nil)
}

// deviceError marks an error of a device. In words it is what is not about ONNX Runtime's
// own source.
func deviceError(err error) error {
	text := err.Error()
	if strings.Contains(text, "not supported in this build") ||
		strings.Contains(text, "Unknown provider") {
		err = fmt.Errorf("%w: %w", ErrProvider, err)
	}
	return &deviceFailure{err}
}

type deviceFailure struct{ err error }

func (f *deviceFailure) Error() string {
	text := f.err.Error()
	if errors.Is(f.err, ErrProvider) {
		return ErrProvider.Error()
	}
	if i := strings.LastIndex(text, "was false. "); i >= 0 { // a check that is written out
		text = text[i+len("was false. "):]
	}
	text, _, _ = strings.Cut(text, "\n")
	return strings.TrimSuffix(text, ".")
}

func (f *deviceFailure) Unwrap() []error { return []error{f.err, ErrDevice} }
