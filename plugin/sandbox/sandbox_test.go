package sandbox_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"impasto.net/plugin/sandbox"
)

// What a sandbox leaves is tried in a process of its own: this test program, when it is
// started with a folder and the sockets that it may have.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "inside" {
		inside(os.Args[2], sandbox.Sockets(os.Args[3][0]-'0'))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// thread is one of the system's, which tries what it is sent.
type thread struct {
	name string
	work chan func()
}

func newThread(name string) thread {
	t := thread{name, make(chan func())}
	ready := make(chan bool)
	go func() {
		runtime.LockOSThread()
		close(ready)
		for f := range t.work {
			f()
		}
	}()
	<-ready
	return t
}

func (t thread) try(what string, do func() error, want error) {
	done := make(chan error)
	t.work <- func() { done <- do() }
	if err := <-done; !errors.Is(err, want) {
		fmt.Printf("%s, on a thread from %s: %v, not %v\n", what, t.name, err, want)
	}
}

func inside(folder string, sockets sandbox.Sockets) {
	threads := []thread{newThread("before"), newThread("before, too")}
	lacks, err := sandbox.Enter(func() sandbox.Files {
		return sandbox.Files{
			sandbox.Run: {filepath.Dir(os.Args[0]), "/usr", "/lib", "/lib64"},
			sandbox.Read: {filepath.Join(folder, "read"), filepath.Join(folder, "file"), "/proc",
				"/nowhere"},
			sandbox.Change: {filepath.Join(folder, "change")},
			sandbox.Use:    {os.DevNull},
			sandbox.Tidy:   {filepath.Join(folder, "tidy")},
		}
	}, sockets)
	if len(lacks) > 0 || err != nil {
		fmt.Println("entering:", lacks, err)
	}
	threads = append(threads, newThread("after"))
	ours := error(unix.EAFNOSUPPORT)
	if sockets == sandbox.UnixSockets {
		ours = nil
	}
	for _, t := range threads {
		for _, c := range tries(folder) {
			t.try(c.what, c.do, c.want)
		}
		t.try("a socket of this machine", socket(unix.AF_UNIX), ours)
		t.try("two of them", func() error {
			_, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
			return err
		}, ours)
	}
	if _, err := os.Stdin.Read(make([]byte, 1)); err != nil {
		fmt.Println("what was open:", err)
	}
	tasks, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil || len(tasks) < len(threads) {
		fmt.Println("threads:", tasks, err)
	}
	for _, task := range tasks {
		status, err := os.ReadFile(task)
		if err != nil || !strings.Contains(string(status), "\nNoNewPrivs:\t1\nSeccomp:\t2\n") {
			fmt.Printf("%s: %v\n%s", task, err, status)
		}
	}
}

type attempt struct {
	what string
	do   func() error
	want error
}

func tries(folder string) []attempt {
	at := func(name string) string { return filepath.Join(folder, name) }
	return []attempt{
		{"a file", read(at("file")), nil},
		{"a file of a folder", read(at("read/file")), nil},
		{"writing there", write(at("read/new")), unix.EACCES},
		{"changing the file", write(at("file")), unix.EACCES},
		{"a folder to be changed", write(at("change/new")), nil},
		{"the secret", read(at("secret")), unix.EACCES},
		{"the way around", read(at("read/../secret")), unix.EACCES},
		{"a link to it", read(at("read/link")), unix.EACCES},
		{"a link of one's own", func() error { return os.Link(at("secret"), at("change/link")) },
			unix.EXDEV},
		{"the folder of all", func() error { _, err := os.ReadDir(folder); return err },
			unix.EACCES},
		{"a device", write(os.DevNull), nil},
		{"an empty folder", func() error {
			if err := os.Mkdir(at("tidy/new"), 0o700); !errors.Is(err, unix.EACCES) {
				return fmt.Errorf("made it: %w", err)
			}
			return os.Remove(at("tidy/full"))
		}, unix.ENOTEMPTY},
		{"a program", func() error { return exec.Command(at("read/program")).Run() }, unix.ENOSYS},
		{"an internet socket", socket(unix.AF_INET), unix.EAFNOSUPPORT},
		{"a newer one", socket(unix.AF_INET6), unix.EAFNOSUPPORT},
		{"one to the kernel", socket(unix.AF_NETLINK), unix.EAFNOSUPPORT},
		{"a raw one", socket(unix.AF_PACKET), unix.EAFNOSUPPORT},
		{"a queue for sockets", call(unix.SYS_IO_URING_SETUP), unix.ENOSYS},
		{"other processes", call(unix.SYS_PTRACE), unix.ENOSYS},
		{"the other set of calls", call(0x40000000 | unix.SYS_SOCKET), unix.ENOSYS},
	}
}

func read(path string) func() error {
	return func() error {
		_, err := os.ReadFile(path)
		return err
	}
}

func write(path string) func() error {
	return func() error { return os.WriteFile(path, []byte("x"), 0o600) }
}

func socket(family int) func() error {
	return func() error {
		fd, err := unix.Socket(family, unix.SOCK_DGRAM, 0)
		if err == nil {
			unix.Close(fd)
		}
		return err
	}
}

func call(number uintptr) func() error {
	return func() error {
		if _, _, errno := unix.Syscall(number, 0, 0, 0); errno != 0 {
			return errno
		}
		return nil
	}
}

// Every thread is inside, and has what was left to it and nothing else.
func TestInside(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"read", "change", "tidy/full/of"} {
		if err := os.MkdirAll(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"file", "secret", "read/file"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "read/program"), []byte("#!/bin/sh\n"),
		0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../secret", filepath.Join(folder, "read/link")); err != nil {
		t.Fatal(err)
	}
	for _, sockets := range []sandbox.Sockets{sandbox.NoSockets, sandbox.UnixSockets} {
		cmd := exec.Command(os.Args[0], "inside", folder, fmt.Sprint(int(sockets)))
		secret, err := os.Open(filepath.Join(folder, "secret"))
		if err != nil {
			t.Fatal(err)
		}
		defer secret.Close()
		cmd.Stdin = secret
		said, err := cmd.CombinedOutput()
		if strings.Contains(string(said), "entering: [") {
			t.Skipf("this kernel has not all that it takes: %s", said)
		}
		if err != nil || len(said) > 0 {
			t.Errorf("sockets %d: %v\n%s", sockets, err, said)
		}
	}
}
