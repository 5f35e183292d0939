package sysinfo

import (
	"fmt"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
)

// GroupLimit is the tightest limit of memory of the control groups that this process is
// in, in bytes, and the file that says so: none where there is no limit.
func GroupLimit() (bytes int, file string) {
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0, ""
	}
	bytes = math.MaxInt
	for line := range strings.Lines(string(groups)) {
		root, leaf := "/sys/fs/cgroup", "memory.max"
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(rest, ":")
		switch controllers {
		case "":
		case "memory": // of the first version
			root, leaf = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for group = path.Clean("/" + group); ; group = path.Dir(group) {
			name := path.Join(root, group, leaf)
			if text, err := os.ReadFile(name); err == nil {
				// No limit is "max", or almost as much as fits.
				if n, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil &&
					n < bytes && n < 1<<60 {
					bytes, file = n, name
				}
			}
			if group == "/" {
				break
			}
		}
	}
	return bytes, file
}

// GroupUse is what the processes of a control group have in memory, without files: those go
// where there is need.
func GroupUse(folder string) (bytes int) {
	stat, err := os.ReadFile(path.Join(folder, "memory.stat"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(stat)) {
		var key string
		var n int
		if _, err := fmt.Sscan(line, &key, &n); err == nil &&
			(key == "anon" || key == "total_rss") {
			return n
		}
	}
	return 0
}
