// Package sandbox has this process give up, for good, what it has no need of: all files but
// some, by Landlock; sockets, and ways into other processes, by a seccomp filter; and to gain
// rights through programs that it starts.
//
// Landlock holds for one thread and those that come of it. So that no other is left, that
// thread starts the program anew: what is to be inside begins there.
package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// inside is the variable that tells the program that it was started anew: the number of
// its process, which no other one has.
const inside = "IMPASTO_INSIDE"

// Enter leaves this process these files and those that it has open, and those sockets. It
// does not return but in the program that it starts anew, in the same process. There it
// says what the kernel, or the container that this runs in, lacks.
func Enter(files func() Files, sockets Sockets) (lacks []string, err error) {
	runtime.LockOSThread() // until it is all over, also where that is by an error
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return nil, err
	}
	self := strconv.Itoa(os.Getpid())
	entered := os.Getenv(inside) == self
	if err := os.Unsetenv(inside); err != nil {
		return nil, err
	}
	rights := known()
	switch {
	case rights == 0:
		lacks = append(lacks, "Landlock")
	case !entered:
		if err = files().restrict(rights); err == nil {
			err = unix.Exec("/proc/self/exe", os.Args, append(os.Environ(), inside+"="+self))
		}
		return nil, fmt.Errorf("giving up files: %w", err)
	}
	switch err := sockets.install(); {
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL), errors.Is(err, unix.EPERM):
		lacks = append(lacks, "seccomp")
	case err != nil:
		return nil, fmt.Errorf("giving up sockets: %w", err)
	}
	runtime.UnlockOSThread()
	return lacks, nil
}
