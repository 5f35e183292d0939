package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// trace is a line that Impasto.ofx writes to the file IMPASTO_TRACE, in microseconds.
type trace struct {
	Cached                 bool
	CopyIn, CopyOut, Total int
	Engine                 struct{ ConvertIn, Run, ConvertOut int }
}

// traceFile has the node write its traces to a file of their own, which is to be removed.
func traceFile() (path string, remove func(), err error) {
	folder, err := os.MkdirTemp("", "impasto-bench-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(folder) }
	path = filepath.Join(folder, "trace")
	if err := os.Setenv("IMPASTO_TRACE", path); err != nil {
		remove()
		return "", nil, err
	}
	return path, remove, nil
}

func readTraces(path string) ([]trace, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lines []trace
	for decoder := json.NewDecoder(strings.NewReader(string(data))); decoder.More(); {
		var t trace
		if err := decoder.Decode(&t); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		lines = append(lines, t)
	}
	return lines, nil
}
