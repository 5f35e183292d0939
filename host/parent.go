package main

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// watchParent returns a channel that is closed when the OFX host is gone. End of file on
// the control socket does not tell: a copy of the OFX host that was forked without exec
// keeps it open.
func watchParent(pid int) (<-chan struct{}, error) {
	if os.Getppid() != pid {
		return nil, fmt.Errorf("process %d is not the parent, or not any more", pid)
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if os.Getppid() != pid {
		return nil, fmt.Errorf("process %d has just ended", pid)
	}
	if err != nil {
		return pollParent(pid), nil // Linux before 5.3, or a container that forbids the call
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
			if n > 0 || err != nil && err != unix.EINTR {
				return
			}
		}
	}()
	return gone, nil
}

// pollParent is watchParent for where there is no pidfd.
func pollParent(pid int) <-chan struct{} {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for os.Getppid() == pid {
			time.Sleep(250 * time.Millisecond)
		}
	}()
	return gone
}
