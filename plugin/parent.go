package main

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// watchParent gives a channel that is closed when the host process is gone. The end of
// its socket says the same, unless a copy of the socket lives on in somebody else.
func watchParent(pid int) (<-chan struct{}, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	// After that, a process that was replaced by another of its number would show here.
	if os.Getppid() != pid {
		return nil, fmt.Errorf("process %d is not the parent, or not any more", pid)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if err != nil { // Linux before 5.3
			for os.Getppid() == pid {
				time.Sleep(250 * time.Millisecond)
			}
			return
		}
		for {
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
			if n > 0 || err != nil && err != unix.EINTR {
				return
			}
		}
	}()
	return gone, nil
}
