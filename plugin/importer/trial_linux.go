package importer

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownGroup has a trial not be interrupted with who started it.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// bound keeps this process from taking more memory than there is to spare, beside what it
// has reserved by now.
func bound() error {
	spare, err := kilobytes("/proc/meminfo", "MemAvailable:")
	if err != nil {
		return err
	}
	reserved, err := kilobytes("/proc/self/status", "VmSize:")
	if err != nil {
		return err
	}
	limit := (reserved + max(spare/4*3, 1<<20)) << 10
	return unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: limit, Max: limit})
}

// kilobytes reads a line of a file such as /proc/meminfo.
func kilobytes(path, key string) (uint64, error) {
	info, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(info), key)
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0, fmt.Errorf("%s does not say %s", path, key)
	}
	return strconv.ParseUint(fields[0], 10, 64)
}
