package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// peaks reads what this process and those of the bundle had in memory at the most, but for
// one of them.
func peaks(bundle string, except int, kilobytes map[string]int) error {
	bundle, err := filepath.EvalSymlinks(bundle)
	if err != nil {
		return err
	}
	if bundle, err = filepath.Abs(bundle); err != nil {
		return err
	}
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return err
	}
	for _, link := range links {
		exe, err := os.Readlink(link)
		ours := filepath.Dir(link) == fmt.Sprintf("/proc/%d", os.Getpid())
		other := filepath.Dir(link) == fmt.Sprintf("/proc/%d", except)
		if err != nil || other || !ours && !strings.HasPrefix(exe, bundle) {
			continue
		}
		kb, err := memoryOf(filepath.Dir(link), "VmHWM")
		if err != nil {
			return err
		}
		if kb > 0 {
			kilobytes[filepath.Base(exe)] = max(kilobytes[filepath.Base(exe)], kb)
		}
	}
	return nil
}

// memoryOf is an entry of the memory of a process, by its folder, in kilobytes. One that has
// ended has none.
func memoryOf(process, key string) (kilobytes int, err error) {
	status, _ := os.ReadFile(filepath.Join(process, "status"))
	_, after, _ := strings.Cut(string(status), key+":")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0, nil
	}
	if kilobytes, err = strconv.Atoi(fields[0]); err != nil {
		return 0, fmt.Errorf("%s: %w", process, err)
	}
	return kilobytes, nil
}

// family is hosts and all that they started.
func family(hosts []*hostProcess) (pids []int, err error) {
	wanted := map[int]bool{}
	for _, b := range hosts {
		wanted[b.cmd.Process.Pid] = true
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	parents := map[int]int{}
	for _, name := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if fields := statOf(pid); err == nil && len(fields) > 1 {
			parents[pid], _ = strconv.Atoi(fields[1])
		}
	}
	for pid := range parents {
		for p := pid; p > 1; p = parents[p] {
			if wanted[p] {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids, nil
}

// statOf is what the kernel's list of a process has, from the third entry on; one that has
// ended has nothing.
func statOf(pid int) []string {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(stat), ") ")
	return strings.Fields(after)
}

// resident is what hosts and what they started have in memory, in megabytes, counting what
// they share for each.
func resident(hosts []*hostProcess) (mb map[string]int, err error) {
	pids, err := family(hosts)
	mb = map[string]int{}
	for _, pid := range pids {
		process := fmt.Sprintf("/proc/%d", pid)
		kb, err := memoryOf(process, "VmRSS")
		if err != nil {
			return nil, err
		}
		if kb > 0 {
			program, _ := os.Readlink(filepath.Join(process, "exe"))
			mb[filepath.Base(program)] += kb >> 10
		}
	}
	return mb, err
}

// processorTime is what they have had of processors so far, in milliseconds.
func processorTime(hosts []*hostProcess) (ms float64, err error) {
	const tick = 10 // milliseconds, on Linux
	pids, err := family(hosts)
	for _, pid := range pids {
		if fields := statOf(pid); len(fields) > 12 {
			for _, f := range fields[11:13] { // of programs and of the kernel
				n, _ := strconv.ParseFloat(f, 64)
				ms += n * tick
			}
		}
	}
	return ms, err
}
