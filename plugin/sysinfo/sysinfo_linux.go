// Package sysinfo says what the system tells of itself: processor, memory, control groups and the
// drivers of GPUs. Nothing is loaded and no device is opened.
package sysinfo

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Processor is the name of this machine's.
func Processor() string { return Value("/proc/cpuinfo", "model name") }

// Features are the instructions that the processor has.
func Features() string {
	return Value("/proc/cpuinfo", "flags") + Value("/proc/cpuinfo", "Features")
}

// Memory is what this machine has, and what of it can be had, in bytes; 0 where nobody says.
func Memory() (total, available int) {
	return kilobytes(Value("/proc/meminfo", "MemTotal")) << 10,
		kilobytes(Value("/proc/meminfo", "MemAvailable")) << 10
}

// Value is what follows a key and a colon in a file such as /proc/meminfo.
func Value(file, key string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func kilobytes(text string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(text, " kB"))
	if err != nil {
		return 0
	}
	return n
}

// Reserved is how much address space this process has, in bytes; 0 where nobody says.
func Reserved() int { return kilobytes(Value("/proc/self/status", "VmSize")) << 10 }

// System is the kernel's name, release and machine; "" where it does not say.
func System() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	text := unix.ByteSliceToString
	return fmt.Sprintf("%s %s, %s", text(u.Sysname[:]), text(u.Release[:]), text(u.Machine[:]))
}
