package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// writeLog is a process with much to say.
func writeLog() {
	log, more := openLog()
	for i := range 100_000 {
		log.Info("a line of some hundred bytes, of which there are more than the log may hold",
			"writer", os.Getpid(), "line", i)
	}
	log.Info("the last", "writer", os.Getpid(), "more", more)
}

func logWriter(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Args[0] = "log-writer"
	cmd.Env = append(os.Environ(), "IMPASTO_LOG="+path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// However much several hosts say, and for however long, it takes two files of bounded size,
// and the last of it is there.
func TestLogIsBounded(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "impasto.log")
	writers := []*exec.Cmd{logWriter(t, path), logWriter(t, path), logWriter(t, path)}
	for _, w := range writers {
		if err := w.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 2 {
		t.Fatal(entries, err)
	}
	for _, e := range entries {
		// Whoever has to wait for the lock goes on writing meanwhile.
		if info, err := e.Info(); err != nil || info.Size() > 4*maxLog {
			t.Errorf("%s: %v, %v", e.Name(), info, err)
		}
	}
	text, err := os.ReadFile(path)
	if lines := strings.Split(strings.TrimSpace(string(text)), "\n"); err != nil ||
		!strings.Contains(lines[len(lines)-1], "the last: ") {
		t.Errorf("%v; what was said last is %q", err, lines[len(lines)-1])
	}
}

// A pipe as the log is not waited for.
func TestLogIsAFile(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := logWriter(t, pipe).Wait(); err != nil {
		t.Error(err)
	}
}
