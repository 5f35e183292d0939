package bridge

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// OpenRegular opens a file that is to be one on a disk: a pipe in its place would keep us
// waiting, and a device could do anything.
func OpenRegular(name string, flag int, perm os.FileMode) (*os.File, error) {
	return regular(os.OpenFile(name, flag|unix.O_NONBLOCK, perm))
}

// OpenRegularIn is OpenRegular within a folder.
func OpenRegularIn(root *os.Root, name string, flag int, perm os.FileMode) (*os.File, error) {
	return regular(root.OpenFile(name, flag|unix.O_NONBLOCK, perm))
}

func regular(f *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", f.Name())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
