package main

import (
	"os"

	"golang.org/x/sys/unix"

	"impasto.net/bridge/regular"
)

const (
	// maxLog is what a log may grow to, in bytes, before it is put aside for another one. What
	// was put aside before is dropped.
	maxLog = 4 << 20

	// logLook is after how many bytes it is looked whether it has.
	logLook = 64 << 10
)

// logFile is the file that standard error goes to, as far as this program writes it. Its
// logger writes one line at a time.
type logFile struct {
	path string
	left int // until it is looked again
}

func (l *logFile) Write(b []byte) (int, error) {
	// Where that fails the line is said all the same, and it is looked again before the next.
	if l.left -= len(b); l.left < 0 && l.roll() == nil {
		l.left = logLook
	}
	return os.Stderr.Write(b)
}

// begin makes standard error the file.
func (l *logFile) begin() error {
	f, err := regular.Open(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Dup3(int(f.Fd()), unix.Stderr, 0)
}

// roll puts a file that has grown aside, and goes on in the one that is in its place. Of
// several hosts that write one file, the one does that has its lock.
func (l *logFile) roll() error {
	if err := unix.Flock(unix.Stderr, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return err
	}
	defer unix.Flock(unix.Stderr, unix.LOCK_UN) // with the old file it is gone already
	var written, there unix.Stat_t
	if err := unix.Fstat(unix.Stderr, &written); err != nil {
		return err
	}
	if err := unix.Stat(l.path, &there); err != nil || there.Ino != written.Ino ||
		there.Dev != written.Dev {
		return l.begin()
	}
	if written.Size <= maxLog {
		return nil
	}
	if err := os.Rename(l.path, l.path+".1"); err != nil {
		return err
	}
	return l.begin()
}
