// Package regular opens files, and folders, that are to be ones on a disk: a pipe in their place
// would keep us waiting, and a device could do anything.
package regular

import (
	"errors"
	"io/fs"
	"os"
)

// ErrNot is wrapped by the errors for what is something else.
var ErrNot = errors.New("not a regular file")

// Open is os.OpenFile.
func Open(name string, flag int, perm os.FileMode) (*os.File, error) {
	return checked(os.OpenFile(name, flag|atOnce, perm))
}

// OpenIn is Open within a folder.
func OpenIn(root *os.Root, name string, flag int, perm os.FileMode) (*os.File, error) {
	return checked(root.OpenFile(name, flag|atOnce, perm))
}

// OpenRoot is os.OpenRoot. What is no folder the slash refuses.
func OpenRoot(name string) (*os.Root, error) { return os.OpenRoot(name + "/") }

func checked(f *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: f.Name(), Err: ErrNot}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
