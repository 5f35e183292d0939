package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"impasto.net/bridge/regular"
	"impasto.net/plugin/pixels"
)

const (
	magic   = "impasto\x01"
	header  = len(magic) + sha256.Size
	lock    = "lock"
	writing = "writing" // of whoever has the lock

	// patience is how long a writer waits for another one: many times as long as a picture of
	// 8K takes.
	patience = 10 * time.Second
)

// Key tells pictures apart.
type Key [sha256.Size]byte

// KeyOf is the key of what was made of these values, in this order: whatever JSON tells apart.
func KeyOf(values ...any) (Key, error) {
	data, err := json.Marshal(values)
	return sha256.Sum256(data), err
}

// Disk is a folder of the user's with finished pictures that took minutes. All processes share it,
// so that a comp that is opened again has them. It is made when there is one to keep.
//
// A picture is a file named by the sha256 of all that went into it, so it is never out of
// date and nobody changes it. The file has a sha256 of what it holds: one that is cut short
// by a crash is no picture, and is removed. One process writes at a time, under a lock that
// the kernel takes back from whoever dies; readers need none, because a file gets its name
// when it is whole.
//
// Go's own build cache is made likewise, and so is its copy in rogpeppe/go-internal; both
// drop what is old, whatever it takes, and pictures have to fit a disk. The planes are kept as
// they are: deflated with their bytes sorted they take three quarters, which is no other
// disk, and in half precision nineteen values of twenty would be others than painted anew.
type Disk struct {
	Folder string
	Limit  int64 // in bytes; the least recently used go first
}

// Get fills a picture from the one that is kept by a key, and says whether there is one. A
// file that does not hold what was put there is removed, and an error says so.
func (c *Disk) Get(key Key, picture []float32) (bool, error) {
	root, err := c.open()
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer root.Close()
	name := hex.EncodeToString(key[:])
	f, err := regular.OpenIn(root, name, os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if errors.Is(err, regular.ErrNot) {
		return false, errors.Join(fmt.Errorf("%w, and removed", err), root.RemoveAll(name))
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	head, data, more := make([]byte, header), pixels.Bytes(picture), make([]byte, 1)
	_, err = io.ReadFull(f, head)
	if err == nil {
		_, err = io.ReadFull(f, data)
	}
	if err == nil {
		_, err = f.Read(more)
	}
	if err != io.EOF || !bytes.Equal(head, headOf(key, data)) {
		return false, errors.Join(fmt.Errorf("%s is damaged, and removed", f.Name()),
			root.Remove(name))
	}
	now := time.Now()
	// it may be dropped by now
	if err := root.Chtimes(name, now, now); !errors.Is(err, fs.ErrNotExist) {
		return true, err
	}
	return true, nil
}

// Put keeps a picture that is not over the limit by itself.
func (c *Disk) Put(key Key, picture []float32) error {
	data := pixels.Bytes(picture)
	size := int64(header + len(data))
	if size > c.Limit {
		return nil
	}
	if err := os.MkdirAll(c.Folder, 0o700); err != nil {
		return err
	}
	return c.alone(func(root *os.Root) error {
		if err := c.shrink(root, c.Limit-size); err != nil {
			return err
		}
		err := write(root, headOf(key, data), data)
		if err == nil {
			err = root.Rename(writing, hex.EncodeToString(key[:]))
		}
		if err != nil {
			return errors.Join(err, remove(root, writing))
		}
		return nil
	})
}

// Use says how many pictures there are, and what they take.
func (c *Disk) Use() (pictures int, bytes int64, err error) {
	root, err := c.open()
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	defer root.Close()
	kept, bytes, err := list(root)
	return len(kept), bytes, err
}

// Clear removes all pictures.
func (c *Disk) Clear() error {
	err := c.alone(func(root *os.Root) error {
		return errors.Join(c.shrink(root, 0), remove(root, writing))
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// open opens the folder, which has to be nobody else's: whoever can write there decides what
// is rendered.
func (c *Disk) open() (*os.Root, error) {
	root, err := regular.OpenRoot(c.Folder)
	if err != nil {
		return nil, err
	}
	st, err := root.Stat(".")
	if err == nil && (!regular.Private(st)) {
		err = fmt.Errorf("%s is open to others (%s): remove it, or have it belong to you alone",
			c.Folder, st.Mode())
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return root, nil
}

// alone has something done that no other process does meanwhile.
func (c *Disk) alone(do func(*os.Root) error) error {
	root, err := c.open()
	if err != nil {
		return err
	}
	defer root.Close()
	f, err := regular.OpenIn(root, lock, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close() // which gives it back
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := regular.Lock(f, false)
		if err == nil {
			return do(root)
		}
		if err != regular.ErrLocked || time.Since(began) > patience {
			return fmt.Errorf("locking %s: %w", f.Name(), err)
		}
	}
}

// shrink removes the least recently used until the others take no more than that.
func (c *Disk) shrink(root *os.Root, limit int64) error {
	kept, bytes, err := list(root)
	if err != nil {
		return err
	}
	slices.SortFunc(kept, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, old := range kept {
		if bytes <= limit {
			break
		}
		if err := remove(root, old.Name()); err != nil {
			return err
		}
		bytes -= old.Size()
	}
	return nil
}

// list gives the pictures.
func list(root *os.Root) (kept []fs.FileInfo, bytes int64, err error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	for _, e := range entries {
		if name, err := hex.DecodeString(e.Name()); err != nil || len(name) != len(Key{}) {
			continue
		}
		if st, err := e.Info(); err == nil { // a reader may have removed it
			kept, bytes = append(kept, st), bytes+st.Size()
		}
	}
	return kept, bytes, err
}

func write(root *os.Root, parts ...[]byte) error {
	if err := root.RemoveAll(writing); err != nil { // of one who was killed
		return err
	}
	f, err := root.OpenFile(writing, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if _, err = f.Write(part); err != nil {
			break
		}
	}
	return errors.Join(err, f.Close())
}

// remove removes a file that somebody else may have removed.
func remove(root *os.Root, name string) error {
	if err := root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func headOf(key Key, data []byte) []byte {
	sum := sha256.New()
	sum.Write(key[:])
	sum.Write(data)
	return sum.Sum([]byte(magic))
}
