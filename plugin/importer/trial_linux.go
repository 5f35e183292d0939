package importer

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"

	"impasto.net/plugin/sysinfo"
)

// ownGroup has a trial not be interrupted with who started it.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// bound keeps this process from taking more memory than there is to spare, beside what it
// has reserved by now.
func bound() error {
	_, spare := sysinfo.Memory()
	reserved := sysinfo.Reserved()
	if spare == 0 || reserved == 0 {
		return errors.New("the system does not say what memory there is, or what this process has")
	}
	limit := uint64(reserved + max(spare/4*3, 1<<30))
	return unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: limit, Max: limit})
}
