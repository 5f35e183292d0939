package network

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>

// Entry AddRunConfigEntry of the functions that ONNX Runtime has since 1.8, which never
// change their order; onnxruntime_go does not have it.
enum { API_VERSION = 8, ADD_RUN_CONFIG_ENTRY = 165 };

typedef void *status;
struct base { status (**(*functions)(uint32_t version))(void *, const char *, const char *); };

static int add_run_config_entry(const char *library, void *options, const char *key,
	const char *value) {
	void *loaded = dlopen(library, RTLD_NOW | RTLD_NOLOAD);
	struct base *(*base)(void) = loaded ? (struct base *(*)(void))dlsym(loaded,
		"OrtGetApiBase") : 0;
	int ok = base && base()->functions(API_VERSION)[ADD_RUN_CONFIG_ENTRY](options, key, value) == 0;
	if (loaded)
		dlclose(loaded);
	return ok;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	ort "github.com/yalue/onnxruntime_go"

	"impasto.net/plugin/onnx"
)

// little is the session of a graph that takes a few bytes. ONNX Runtime lets go of memory
// at the end of a run only.
var little = sync.OnceValues(func() (*ort.DynamicAdvancedSession, error) {
	var g onnx.Graph
	g.Input(onnx.Port{Name: "x", Type: onnx.TypeFloat, Shape: []int64{1}})
	g.Output(onnx.Port{Name: "y", Type: onnx.TypeFloat, Shape: []int64{1}})
	g.Node("Neg", []string{"x"}, []string{"z"}, nil)
	g.Node("Exp", []string{"z"}, []string{"y"}, nil)
	options, err := sessionOptions(1)
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	return ort.NewDynamicAdvancedSessionWithONNXData(g.Bytes(), []string{"x"}, []string{"y"},
		options)
})

// Shrink gives the memory back that no run uses. The next one has to take it again, which
// costs it a tenth of its time.
func Shrink() error {
	s, err := little()
	if err != nil {
		return err
	}
	options, err := ort.NewRunOptions()
	if err != nil {
		return err
	}
	defer options.Destroy()
	text := func(s string) *C.char {
		return (*C.char)(unsafe.Pointer(unsafe.StringData(s +
			"\x00")))
	}
	// The options are a pointer to those of ONNX Runtime.
	theirs := *(*unsafe.Pointer)(unsafe.Pointer(options))
	if C.add_run_config_entry(text(loaded), theirs, text("memory.enable_memory_arena_shrinkage"),
		text("cpu:0")) == 0 {
		return errors.New("this ONNX Runtime does not give memory back")
	}
	in, err := ort.NewTensor(ort.NewShape(1), []float32{0})
	if err != nil {
		return err
	}
	defer in.Destroy()
	out, err := ort.NewEmptyTensor[float32](ort.NewShape(1))
	if err != nil {
		return err
	}
	defer out.Destroy()
	if err := s.RunWithOptions([]ort.Value{in}, []ort.Value{out}, options); err != nil {
		return fmt.Errorf("giving memory back: %w", err)
	}
	C.malloc_trim(0) // what sessions had that are closed
	return nil
}
