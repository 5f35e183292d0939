package bridge

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// WatchParent returns a channel that is closed when the process that started this one is
// gone. End of file on a socket does not tell: a copy of the parent that was forked
// without exec keeps its end open.
func WatchParent(pid int) (<-chan struct{}, error) {
	if os.Getppid() != pid {
		return nil, fmt.Errorf("process %d is not the parent, or not any more", pid)
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if os.Getppid() != pid { // and so the descriptor may be another process's
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

// pollParent is WatchParent for where there is no pidfd.
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
