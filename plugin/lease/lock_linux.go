package lease

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// noLinks has opening the file fail where there is a link in its place.
const noLinks = unix.O_NOFOLLOW

// lock locks a part of a file, where no other has a lock in it. Locks are those of open files: of
// processes they would go whenever one of two engines in a process closes the file.
func lock(f *os.File, start, length int64) (mine bool, err error) {
	err = set(f, unix.F_WRLCK, start, length)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return false, nil
	}
	return err == nil, err
}

func unlock(f *os.File, start, length int64) error { return set(f, unix.F_UNLCK, start, length) }

func set(f *os.File, kind int16, start, length int64) error {
	return unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK,
		&unix.Flock_t{Type: kind, Start: start, Len: length})
}

// conflict is a lock of others in a part of the file; nil where there is none.
func conflict(f *os.File, start, length int64) (*span, error) {
	k := unix.Flock_t{Type: unix.F_WRLCK, Start: start, Len: length}
	if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_GETLK, &k); err != nil {
		return nil, err
	}
	if k.Type == unix.F_UNLCK {
		return nil, nil
	}
	if k.Len == 0 { // to the end
		k.Len = math.MaxInt64 - k.Start
	}
	return &span{k.Start, k.Start + k.Len}, nil
}
