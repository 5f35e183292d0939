package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// inGroup has a program end with all that it started.
func inGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
}

// fromOutside are the signals that no program gets by its own mistakes.
var fromOutside = []syscall.Signal{unix.SIGKILL, unix.SIGTERM, unix.SIGINT, unix.SIGHUP,
	unix.SIGQUIT}

// oomKills is how many processes the kernel has killed for want of memory; "" where it does not
// count them.
func oomKills() string {
	f, err := os.Open("/proc/vmstat")
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if n, ok := strings.CutPrefix(lines.Text(), "oom_kill "); ok {
			return n
		}
	}
	return ""
}

// signal is what the engine ended by, or 0.
func (e *engine) signal() syscall.Signal {
	if e.ended != nil {
		if s := e.ended.Sys().(syscall.WaitStatus); s.Signaled() {
			return s.Signal()
		}
	}
	return 0
}
