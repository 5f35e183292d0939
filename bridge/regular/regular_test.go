package regular_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"impasto.net/bridge/regular"
)

// Nothing but a file is opened, and nothing is waited for.
func TestOpen(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	if err := os.WriteFile(at("file"), []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(at("folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(at("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", at("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	for link, to := range map[string]string{"link": "file", "to pipe": "pipe",
		"to device": "/dev/zero"} {
		if err := os.Symlink(to, at(link)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := regular.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, flag := range []int{os.O_RDONLY, os.O_WRONLY, os.O_RDWR} {
		for _, name := range []string{"folder", "pipe", "socket", "to pipe", "to device"} {
			f, err := regular.Open(at(name), flag, 0)
			g, inside := regular.OpenIn(root, name, flag, 0)
			if f != nil || g != nil || err == nil || inside == nil {
				t.Errorf("%s with %d: %v, %v", name, flag, err, inside)
			}
			if name == "pipe" && flag == os.O_RDONLY &&
				(!errors.Is(err, regular.ErrNot) || !strings.Contains(err.Error(), at(name))) {
				t.Error(err)
			}
		}
	}
	for _, name := range []string{"file", "pipe", "socket", "to pipe", "to device"} {
		if r, err := regular.OpenRoot(at(name)); r != nil || err == nil {
			t.Errorf("%s is a folder", name)
		}
	}
	for _, name := range []string{"file", "link"} {
		for _, open := range []func() (*os.File, error){
			func() (*os.File, error) { return regular.Open(at(name), os.O_RDONLY, 0) },
			func() (*os.File, error) { return regular.OpenIn(root, name, os.O_RDONLY, 0) },
		} {
			f, err := open()
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(f); string(text) != "text" || err != nil {
				t.Errorf("%s: %q, %v", name, text, err)
			}
			f.Close()
		}
	}
	if _, err := regular.Open(at("nothing"), os.O_RDONLY, 0); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
