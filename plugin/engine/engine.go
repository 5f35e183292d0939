package engine

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/go-hclog"

	"impasto.net/bridge"
	"impasto.net/plugin/cache"
	"impasto.net/plugin/lease"
	"impasto.net/plugin/look"
	"impasto.net/plugin/network"
	"impasto.net/plugin/session"
	"impasto.net/plugin/shm"
	"impasto.net/plugin/style"
	"impasto.net/plugin/tiling"
)

const (
	// keptPictures is what painted pictures may take, in bytes: five of 1080p, and
	// sixteen of a proxy at half of that, which is as many as there ever are. Until then
	// every frame takes fresh memory, which costs more than all else around the network.
	keptPictures = 128 << 20

	// maxConverted is how many frames are converted at once: one that is painted, one that
	// waits for it to end. More would only take memory.
	maxConverted = 2
)

// engine paints frames.
type engine struct {
	log       hclog.Logger
	threads   atomic.Int64
	looks     *look.Looks
	sessions  session.Sessions
	pictures  *cache.Pictures
	paintings *cache.LRU[cache.PaintingKey, *painting]
	buffers   network.Buffers
	tiler     tiling.Tiler
	maps      shm.Maps

	devices session.Devices
	budget  *lease.Budget

	leftOut    string      // folders of styles that are, and why
	disk       *cache.Disk // of what takes minutes; nil is none
	diskFailed sync.Once   // said

	// A network uses all threads, so that two at once would only be slower.
	converted, device chan struct{}
}

// newEngine makes an engine that uses that many threads at the most; 0 is no limit.
func newEngine(bank style.Bank, threads int, log hclog.Logger) *engine {
	e := &engine{
		log:       log,
		looks:     look.New(bank),
		paintings: cache.NewLRU[cache.PaintingKey, *painting](keptPaintings),
		converted: make(chan struct{}, maxConverted),
		device:    make(chan struct{}, 1),
		devices:   session.Devices{GPUs: bridge.GPUs},
		leftOut:   leftOut(bank),
	}
	e.budget = lease.NewBudget(e.device, e.trim, log)
	if e.leftOut != "" {
		log.Warn("folders of styles are left out", "why", e.leftOut)
	}
	e.tiler = tiling.Tiler{Buffers: &e.buffers, Budget: e.budget,
		Threads: func() int { return int(e.threads.Load()) }, Log: log}
	e.pictures = cache.NewPictures(keptPictures, &e.buffers)
	// Go's count is the least of the processors that there are, those that this process
	// may run on and the quota of its cgroup.
	e.threads.Store(int64(runtime.GOMAXPROCS(0)))
	e.grant(threads)
	return e
}

// grant lowers the number of threads; 0 does not.
func (e *engine) grant(threads int) {
	if threads > 0 {
		e.threads.Store(min(e.threads.Load(), int64(threads)))
	}
}

// trim gives the memory back that is kept for the next frame.
func (e *engine) trim() {
	e.buffers.Trim()
	if err := network.Shrink(); err != nil {
		e.log.Warn("memory is kept that others may want", "error", err)
	}
}
