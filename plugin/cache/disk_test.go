package cache

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const values = 1000

// size is what a picture of that many values takes.
const size = int64(header + 4*values)

// picture is one that is told from others.
func picture(t testing.TB, number int) (Key, []float32) {
	t.Helper()
	key, err := KeyOf("picture", number)
	if err != nil {
		t.Fatal(err)
	}
	p, random := make([]float32, values), rand.New(rand.NewPCG(uint64(number), 0))
	for i := range p {
		p[i] = random.Float32()
	}
	return key, p
}

func newCache(t testing.TB, pictures int64) *Disk {
	return &Disk{Folder: filepath.Join(t.TempDir(), "user", "pictures"), Limit: pictures * size}
}

func (c *Disk) put(t testing.TB, number int) {
	t.Helper()
	key, p := picture(t, number)
	if err := c.Put(key, p); err != nil {
		t.Fatal(err)
	}
}

// has looks for a picture, which has to be the one that was put there.
func (c *Disk) has(t testing.TB, number int) bool {
	t.Helper()
	key, want := picture(t, number)
	p := make([]float32, values)
	ok, err := c.Get(key, p)
	if err != nil {
		t.Errorf("picture %d: %v", number, err)
	}
	if ok && !slices.Equal(p, want) {
		t.Errorf("picture %d is another one", number)
	}
	return ok
}

func (c *Disk) path(t testing.TB, number int) string {
	key, _ := picture(t, number)
	return filepath.Join(c.Folder, hex.EncodeToString(key[:]))
}

func (c *Disk) wantUse(t testing.TB, pictures int) {
	t.Helper()
	n, bytes, err := c.Use()
	if n != pictures || bytes != int64(pictures)*size || err != nil {
		t.Errorf("there are %d pictures in %d bytes, %v; wanted are %d", n, bytes, err, pictures)
	}
}

func TestCacheIsBoundedBySize(t *testing.T) {
	c := newCache(t, 3)
	if c.has(t, 0) {
		t.Error("there is a picture before one was put there")
	}
	c.wantUse(t, 0)
	for i := range 3 {
		c.put(t, i)
		old := time.Now().Add(time.Duration(i-10) * time.Minute)
		if err := os.Chtimes(c.path(t, i), old, old); err != nil {
			t.Fatal(err)
		}
	}
	c.wantUse(t, 3)
	c.has(t, 0) // now 1 is the least recently used
	c.put(t, 3)
	for i, want := range []bool{true, false, true, true} {
		if c.has(t, i) != want {
			t.Errorf("picture %d is kept: %t", i, !want)
		}
	}
	c.wantUse(t, 3)
	c.put(t, 3) // which another process painted too
	if !c.has(t, 3) {
		t.Error("what was put there twice is gone")
	}
	small := &Disk{c.Folder, size - 1}
	small.put(t, 9)
	if small.has(t, 9) {
		t.Error("what is over the limit by itself is kept")
	}
	foreign := filepath.Join(c.Folder, "notes")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Clear(); err != nil {
		t.Error(err)
	}
	c.wantUse(t, 0)
	if _, err := os.Stat(foreign); err != nil {
		t.Error("it removed what is not its own")
	}
	if err := (&Disk{Folder: filepath.Join(c.Folder, "none")}).Clear(); err != nil {
		t.Errorf("clearing where there is nothing: %v", err)
	}
}

func TestCacheRefusesDamagedFiles(t *testing.T) {
	for name, damage := range map[string]func(data []byte) []byte{
		"cut in half":     func(data []byte) []byte { return data[:len(data)/2] },
		"cut in its head": func(data []byte) []byte { return data[:header-1] },
		"empty":           func([]byte) []byte { return nil },
		"longer":          func(data []byte) []byte { return append(data, 0) },
		"a bit":           func(data []byte) []byte { data[header+7] ^= 1; return data },
		"the format":      func(data []byte) []byte { data[len(magic)-1]++; return data },
	} {
		t.Run(name, func(t *testing.T) {
			c := newCache(t, 3)
			c.put(t, 0)
			data, err := os.ReadFile(c.path(t, 0))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(c.path(t, 0), damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			key, _ := picture(t, 0)
			if ok, err := c.Get(key, make([]float32, values)); ok || err == nil {
				t.Errorf("it is taken: %t, %v", ok, err)
			}
			c.wantUse(t, 0)
			c.put(t, 0)
			if !c.has(t, 0) {
				t.Error("it is not kept after that")
			}
		})
	}
	t.Run("another's", func(t *testing.T) {
		c := newCache(t, 3)
		c.put(t, 0)
		if err := os.Rename(c.path(t, 0), c.path(t, 1)); err != nil {
			t.Fatal(err)
		}
		key, _ := picture(t, 1)
		if ok, err := c.Get(key, make([]float32, values)); ok || err == nil {
			t.Errorf("it is taken: %t, %v", ok, err)
		}
	})
}

func TestCacheIsPrivate(t *testing.T) {
	c := newCache(t, 3)
	c.put(t, 0)
	for _, path := range []string{filepath.Dir(c.Folder), c.Folder, c.path(t, 0)} {
		if st, err := os.Stat(path); err != nil || st.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", path, st.Mode(), err)
		}
	}
	if err := os.Chmod(c.Folder, 0o770); err != nil {
		t.Fatal(err)
	}
	key, p := picture(t, 0)
	if ok, err := c.Get(key, p); ok || err == nil {
		t.Errorf("pictures of a folder that others can write to are taken: %t, %v", ok, err)
	}
	if err := c.Put(key, p); err == nil {
		t.Error("pictures are put into a folder that others can write to")
	}
}

func TestCacheOnAFullDisk(t *testing.T) {
	folder := t.TempDir()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0,
		"mode=0700,size="+strconv.FormatInt(3*size, 10)); err != nil {
		t.Skip("no file system to fill: ", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, 0); err != nil {
			t.Error(err)
		}
	})
	c := &Disk{folder, 1 << 30}
	failed := 0
	for i := range 5 {
		key, p := picture(t, i)
		if err := c.Put(key, p); errors.Is(err, unix.ENOSPC) {
			failed++
		} else if err != nil {
			t.Error(err)
		}
	}
	pictures, _, err := c.Use()
	if failed == 0 || pictures == 0 || pictures+failed != 5 || err != nil {
		t.Errorf("%d were kept and %d not, %v", pictures, failed, err)
	}
	for i := range pictures {
		if !c.has(t, i) {
			t.Errorf("picture %d is not kept", i)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, writing)); err == nil {
		t.Error("what did not fit is left there")
	}
}

// TestCacheOfManyProcesses has some write and read the same pictures, and kills them in the
// middle.
func TestCacheOfManyProcesses(t *testing.T) {
	const folder = "IMPASTO_TEST_CACHE"
	if name := os.Getenv(folder); name != "" {
		c := &Disk{name, 5 * size}
		for { // until it is killed
			if i := rand.IntN(10); !c.has(t, i) {
				c.put(t, i)
			}
			if t.Failed() {
				os.Exit(1)
			}
		}
	}
	c := newCache(t, 5)
	for range 4 {
		var all []*exec.Cmd
		for range 3 {
			cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
			cmd.Env = append(os.Environ(), folder+"="+c.Folder)
			cmd.Stderr, cmd.Stdout = t.Output(), t.Output()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			all = append(all, cmd)
		}
		for began := time.Now(); time.Since(began) < 300*time.Millisecond; {
			if n, bytes, err := c.Use(); err != nil || bytes > c.Limit {
				t.Errorf("there are %d pictures in %d bytes, %v", n, bytes, err)
			}
		}
		for _, cmd := range all {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
			_ = cmd.Wait()
			if !cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
				t.Error("one ended by itself: ", cmd.ProcessState)
			}
		}
	}
	c.put(t, 11) // nobody holds the lock any more
	kept := 0
	for i := range 12 {
		if c.has(t, i) {
			kept++
		}
	}
	if kept == 0 || !c.has(t, 11) {
		t.Errorf("%d are kept", kept)
	}
}

func TestKeysTellApart(t *testing.T) {
	seen := map[Key]string{}
	for _, v := range [][]any{{"a", "b"}, {"ab"}, {"a", 1, "b"}, {0.1}, {0.1 + 1e-17},
		{0.1 + 1e-16}, {[]int{1, 2}, 3}, {[]int{1}, 2, 3}} {
		key, err := KeyOf(v...)
		if err != nil {
			t.Fatal(err)
		}
		is := fmt.Sprintf("%#v", v)
		if other, twice := seen[key]; twice && other != is {
			t.Errorf("%s and %s have one key", is, other)
		}
		seen[key] = is
	}
}

// What lies in a picture's place and is no file keeps nobody waiting, and gives way.
func TestCacheOfOtherThings(t *testing.T) {
	things := map[string]func(path string) error{
		"pipe": func(path string) error { return unix.Mkfifo(path, 0o600) },
		"folder": func(path string) error {
			return os.MkdirAll(filepath.Join(path, "more"),
				0o700)
		},
		"device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"socket": func(path string) error {
			return unix.Mknod(path, unix.S_IFSOCK|0o600, 0)
		},
	}
	for name, make := range things {
		for _, place := range []string{"picture", writing, lock} {
			t.Run(name+" for "+place, func(t *testing.T) {
				c := newCache(t, 3)
				c.put(t, 1)
				path := filepath.Join(c.Folder, place)
				if place == "picture" {
					path = c.path(t, 0)
				}
				_ = os.Remove(path) // the lock is there
				if err := make(path); err != nil {
					t.Fatal(err)
				}
				key, p := picture(t, 0)
				if ok, _ := c.Get(key, p); ok {
					t.Error("it is taken for a picture")
				}
				err := c.Put(key, p)
				if (err == nil) != (place != lock) {
					t.Errorf("putting one there: %v", err)
				}
				if place != lock && !c.has(t, 0) {
					t.Error("it is not kept after that")
				}
				if !c.has(t, 1) {
					t.Error("the other one is gone")
				}
			})
		}
	}
}
