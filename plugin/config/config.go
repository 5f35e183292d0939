// Package config reads what users and studios set for the engine: the environment variables
// IMPASTO_*, and the folders that are theirs.
package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"impasto.net/bridge"
	"impasto.net/plugin/style"
)

// Installed says where the styles and ONNX Runtime are that belong to an engine. Another
// ONNX Runtime is taken where IMPASTO_ONNXRUNTIME names its library.
func Installed(engine string) (style.Bank, string, error) {
	engine, err := filepath.EvalSymlinks(engine)
	if err != nil {
		return nil, "", err
	}
	programs := filepath.Dir(engine)
	bank := StylePath()
	if folder := UserFolder(); folder != "" {
		bank = append(bank, folder)
	}
	bank = append(bank, filepath.Join(filepath.Dir(programs), "Resources", "styles"))
	if library := OtherRuntime(); library != "" {
		return bank, library, nil
	}
	return bank, filepath.Join(programs, "libonnxruntime.so.1"), nil
}

// OtherRuntime is the ONNX Runtime that the user has named.
func OtherRuntime() string { return os.Getenv("IMPASTO_ONNXRUNTIME") }

// StylePath are the folders of a studio.
func StylePath() (folders style.Bank) {
	for _, folder := range filepath.SplitList(os.Getenv("IMPASTO_STYLE_PATH")) {
		if folder != "" {
			folders = append(folders, folder)
		}
	}
	return folders
}

// UserFolder is where the styles are that the user added; empty where there is no home.
func UserFolder() string {
	if data := DataFolder(); data != "" {
		return filepath.Join(data, "impasto", "styles")
	}
	return ""
}

// DataFolder is where programs keep the user's data; empty where there is no home.
func DataFolder() string {
	data := os.Getenv("XDG_DATA_HOME")
	if filepath.IsAbs(data) { // what is not, the specification says to ignore
		return data
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "share")
}

// Threads is IMPASTO_THREADS; 0 is none.
func Threads() (int, error) {
	s := os.Getenv("IMPASTO_THREADS")
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("IMPASTO_THREADS is %q, which is not a number of threads", s)
	}
	return n, nil
}

// Memory is IMPASTO_MEMORY; 0 is none.
func Memory() (int, error) {
	s := os.Getenv("IMPASTO_MEMORY")
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > bridge.MaxMemory {
		return 0, fmt.Errorf("IMPASTO_MEMORY is %q, which is not a number of megabytes", s)
	}
	return n, nil
}

// Device is IMPASTO_DEVICE: auto, cpu or gpu, or the second GPU as gpu:1; nil where
// it is not set.
func Device() (*bridge.Device, error) {
	s := os.Getenv("IMPASTO_DEVICE")
	if s == "" {
		return nil, nil
	}
	kind, number, numbered := strings.Cut(s, ":")
	d := &bridge.Device{Kind: kind}
	var err error
	if numbered {
		d.Index, err = strconv.Atoi(number)
	}
	if err != nil || d.Check() != nil || numbered && kind != bridge.DeviceGPU {
		return nil, fmt.Errorf("IMPASTO_DEVICE is %q, which is none of auto, cpu, gpu and gpu:1", s)
	}
	return d, nil
}

// usualCache is what pictures may take on disk, in megabytes: four hundred of 1080p.
const usualCache = 10_000

// DiskCache is the folder where pictures are kept that took minutes, and how many bytes they may
// take; none where there is no home, or none are wanted.
func DiskCache() (folder string, limit int64, err error) {
	megabytes := usualCache
	if s := os.Getenv("IMPASTO_CACHE"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > 1<<40 {
			return "", 0, fmt.Errorf("IMPASTO_CACHE is %q, which is not a number of megabytes", s)
		}
		megabytes = n
	}
	home, err := os.UserCacheDir()
	if err != nil || megabytes == 0 {
		return "", 0, nil
	}
	return filepath.Join(home, "impasto", "pictures"), int64(megabytes) * 1e6, nil
}
