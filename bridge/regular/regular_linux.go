package regular

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// atOnce has opening a pipe or a device not wait.
const atOnce = unix.O_NONBLOCK

// ErrLocked is that of a file that another process has locked.
var ErrLocked = errors.New("locked by another process")

// Lock locks a file or a folder for who opened it, until that closes it or ends.
func Lock(f *os.File, wait bool) error {
	how := unix.LOCK_EX
	if !wait {
		how |= unix.LOCK_NB
	}
	for {
		switch err := unix.Flock(int(f.Fd()), how); err {
		case unix.EINTR:
		case unix.EWOULDBLOCK:
			return ErrLocked
		default:
			return err
		}
	}
}

// Mine says whether a file or a folder is this user's.
func Mine(info fs.FileInfo) bool {
	return info.Sys().(*syscall.Stat_t).Uid == uint32(os.Getuid())
}

// Private says whether it is, and nobody else may do anything with it.
func Private(info fs.FileInfo) bool { return Mine(info) && info.Mode().Perm()&0o077 == 0 }

// Writable fails for folders that this process cannot put files into.
func Writable(folder string) error { return unix.Access(folder, unix.W_OK|unix.X_OK) }

// Executable fails for programs that this process cannot start.
func Executable(path string) error { return unix.Access(path, unix.X_OK) }
