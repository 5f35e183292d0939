package main

import (
	"fmt"
	"os"
	"path"
	"strings"
)

const (
	// mostMemory is what painting a frame may take at the most, in bytes: the rest of the
	// machine is the OFX host's.
	mostMemory = 1900 << 20

	// tileMemory is what one tile may take of it: a sixth of an 8K frame for the shipped
	// network. What tiles have around their cores is then an eighth of all that is painted.
	tileMemory = 800 << 20

	// triedMemory is tried where there seems to be less.
	triedMemory = 64 << 20
)

// budget is what painting a frame may take beside what is taken now, in bytes: half of what
// the machine and the control group of this process have left.
func budget() int {
	left := 2 * mostMemory
	if available := kilobytes(valueOf("/proc/meminfo", "MemAvailable")) << 10; available > 0 {
		left = min(left, available)
	}
	if most, of := groupLimit(); of != "" {
		left = min(left, most-groupUse(path.Dir(of)))
	}
	return min(max(left/2, triedMemory), mostMemory)
}

// groupUse is what the processes of a control group have in memory, without files: those go
// where there is need.
func groupUse(folder string) (bytes int) {
	stat, err := os.ReadFile(path.Join(folder, "memory.stat"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(stat)) {
		var key string
		var n int
		if _, err := fmt.Sscan(line, &key, &n); err == nil && (key == "anon" || key == "total_rss") {
			return n
		}
	}
	return 0
}
