package onnxtest

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Python is a script that answers lines of JSON with lines of JSON.
type Python struct {
	in  io.Writer
	out *bufio.Reader
	err strings.Builder
}

// StartPython starts a script with the Python that training uses, $IMPASTO_PYTHON or the
// one in the build folder. Tests are skipped where there is none with torch.
func StartPython(t testing.TB, script string) *Python {
	t.Helper()
	python := os.Getenv("IMPASTO_PYTHON")
	if python == "" {
		python = filepath.Join(repository(), "build", "python", "bin", "python")
	}
	if err := exec.Command(python, "-c", "import torch, onnx").Run(); err != nil {
		Unbuilt(t, "there is no Python with torch to compare with (%v): "+
			"run make test once, or set IMPASTO_PYTHON", err)
	}
	cmd := exec.Command(python, script)
	p := &Python{}
	cmd.Stderr = &p.err
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait() // what it had to say was said by Ask
	})
	p.in, p.out = in, bufio.NewReader(out)
	return p
}

// Ask gives the script's answer to a task.
func (p *Python) Ask(t testing.TB, task, answer any) {
	t.Helper()
	err := json.NewEncoder(p.in).Encode(task)
	var line []byte
	if err == nil {
		line, err = p.out.ReadBytes('\n')
	}
	if err == nil {
		err = json.Unmarshal(line, answer)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, &p.err)
	}
}
