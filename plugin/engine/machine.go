package engine

import (
	"fmt"
	"math"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"

	"impasto.net/plugin/config"

	"golang.org/x/sys/unix"

	"impasto.net/bridge"
	"impasto.net/plugin/lease"
)

// machine says what there is to paint with, for impasto doctor.
func machine() *bridge.Section {
	s := &bridge.Section{Name: "machine"}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		s.Note("system", "%s %s, %s", unix.ByteSliceToString(u.Sysname[:]), unix.ByteSliceToString(u.Release[:]), unix.ByteSliceToString(u.Machine[:]))
	}
	s.Note("processor", "%s", valueOf("/proc/cpuinfo", "model name"))
	granted := runtime.GOMAXPROCS(0)
	limit, err := config.Threads()
	if err != nil {
		s.Find("%s: set it to one, or unset it.", bridge.Sentence(err))
	}
	if limit > 0 {
		granted = min(granted, limit)
	}
	s.Note("threads", "%d of %d processors: the least of affinity, the control group's quota and IMPASTO_THREADS", granted, runtime.NumCPU())
	available := kilobytes(valueOf("/proc/meminfo", "MemAvailable"))
	s.Note("memory", "%d MB, of which %d are available", kilobytes(valueOf("/proc/meminfo", "MemTotal"))>>10, available>>10)
	if most, of := groupLimit(); of != "" {
		s.Note("control group", "%d MB at the most, by %s", most>>20, of)
		available = min(available, most>>10)
	}
	if available < leastMemory {
		s.Find("There are %d MB of memory for Impasto, and frames of 1080p take %d: end other programs, or raise the limit.", available>>10, leastMemory>>10)
	}
	shares(s)
	return s
}

// leastMemory is what a frame of 1080p takes with all around it, in kilobytes.
const leastMemory = 1 << 20

// shares says what all engines of this user may paint with, and who does.
func shares(s *bridge.Section) {
	override, err := config.Memory()
	if err != nil {
		s.Find("%s: set it to one, or unset it.", bridge.Sentence(err))
	}
	b := newBudget()
	holders, waits, err := []lease.Holder(nil), false, b.failed
	if err == nil {
		holders, waits, err = lease.Holders(b.lease.Folder)
	}
	if err != nil {
		s.Find("The engines of this user do not share the machine's memory, because %v. Correct that, or render in one program at a time.", err)
	}
	taken := 0
	for _, h := range holders {
		taken += h.Megabytes
	}
	if override > 0 {
		s.Note("to paint with", "%d MB, by IMPASTO_MEMORY, of which %d are taken", override, taken)
	} else {
		s.Note("to paint with", "%d MB are taken, and a frame may take %d more", taken, b.free(0, taken)>>20)
	}
	for _, h := range holders {
		s.Note(fmt.Sprint("process ", h.Process), "has %d MB to paint with", h.Megabytes)
	}
	if waits {
		s.Note("waiting", "an engine waits for memory that others paint with")
	}
}

// valueOf is what follows a key and a colon in a file such as /proc/meminfo.
func valueOf(file, key string) string {
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

// groupLimit is the tightest limit of memory of the control groups that this process is
// in, in bytes, and the file that says so: none where there is no limit.
func groupLimit() (bytes int, file string) {
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
				if n, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && n < bytes && n < 1<<60 {
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
