package doctor

import (
	"fmt"
	"runtime"

	"impasto.net/bridge"
	"impasto.net/plugin/config"
	"impasto.net/plugin/lease"
	"impasto.net/plugin/sysinfo"
)

// machine says what there is to paint with, for impasto doctor.
func machine() *bridge.Section {
	s := &bridge.Section{Name: "machine"}
	if system := sysinfo.System(); system != "" {
		s.Note("system", "%s", system)
	}
	s.Note("processor", "%s", sysinfo.Processor())
	granted := runtime.GOMAXPROCS(0)
	limit, err := config.Threads()
	if err != nil {
		s.Find("%s: set it to one, or unset it.", bridge.Sentence(err))
	}
	if limit > 0 {
		granted = min(granted, limit)
	}
	s.Note("threads",
		"%d of %d processors: the least of affinity, the control group's quota and IMPASTO_THREADS",
		granted, runtime.NumCPU())
	total, available := sysinfo.Memory()
	s.Note("memory", "%d MB, of which %d are available", total>>20, available>>20)
	if most, of := sysinfo.GroupLimit(); of != "" {
		s.Note("control group", "%d MB at the most, by %s", most>>20, of)
		available = min(available, most)
	}
	if available < leastMemory {
		s.Find("There are %d MB of memory for Impasto, and frames of 1080p take %d: end other "+
			"programs, or raise the limit.", available>>20, leastMemory>>20)
	}
	shares(s)
	return s
}

// leastMemory is what a frame of 1080p takes with all around it, in bytes.
const leastMemory = 1 << 30

// shares says what all engines of this user may paint with, and who does.
func shares(s *bridge.Section) {
	override, err := config.Memory()
	if err != nil {
		s.Find("%s: set it to one, or unset it.", bridge.Sentence(err))
	}
	holders, waits := []lease.Holder(nil), false
	folder, err := lease.Folder()
	if err == nil {
		holders, waits, err = lease.Holders(folder)
	}
	if err != nil {
		s.Find("The engines of this user do not share the machine's memory, because %v. Correct "+
			"that, or render in one program at a time.", err)
	}
	taken := 0
	for _, h := range holders {
		taken += h.Megabytes
	}
	if override > 0 {
		s.Note("to paint with", "%d MB, by IMPASTO_MEMORY, of which %d are taken", override, taken)
	} else {
		s.Note("to paint with", "%d MB are taken, and a frame may take %d more", taken,
			lease.Free(0, 0, taken)>>20)
	}
	for _, h := range holders {
		s.Note(fmt.Sprint("process ", h.Process), "has %d MB to paint with", h.Megabytes)
	}
	if waits {
		s.Note("waiting", "an engine waits for memory that others paint with")
	}
}
