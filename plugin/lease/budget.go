package lease

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"impasto.net/plugin/sysinfo"
)

const (
	// MostMemory is what painting a frame may take at the most, in bytes, where nobody says
	// another number: the rest of the machine is the OFX host's.
	MostMemory = 1900 << 20

	// keptTime is for how long memory is kept for the next frame at the least. Longer frames
	// take more of it, and other nodes longer between them, so it is kept for as long as
	// keptFrames of them take. keptLook is how often it is looked whether somebody else waits.
	keptTime   = 30 * time.Second
	keptFrames = 3
	keptLook   = 250 * time.Millisecond
)

// Budget is the memory that frames are painted with, shared with the other engines of this
// user. It belongs to whoever has the device, but for what NewBudget sets.
type Budget struct {
	Override int // in megabytes, whatever a frame's request says; 0 is none

	log    hclog.Logger
	device chan struct{}
	trim   func()

	lease   Lease
	failed  error // why nothing is shared
	room    int
	began   time.Time
	kept    time.Time // until when, once the frame is painted
	watched bool
}

// NewBudget is for frames that are painted by whoever sends to the device, which has a place
// for one. trim gives the memory back that is kept for the next frame.
func NewBudget(device chan struct{}, trim func(), log hclog.Logger) *Budget {
	b := &Budget{log: log, device: device, trim: trim}
	b.lease.Folder, b.failed = Folder()
	b.lease.Silent = func(h Holder) {
		log.Warn("an engine that has memory to paint with was stopped, and is not waited for",
			"process", h.Process, "megabytes", h.Megabytes)
	}
	return b
}

// Room is how many bytes the frame under way has.
func (b *Budget) Room() int { return b.room }

// Reserve takes memory for a frame, least bytes and what most says of what there is, and
// waits where the others have it. wanted is what the request allows, in megabytes; 0 leaves
// that to this machine. waits is told what it waits for.
func (b *Budget) Reserve(ctx context.Context, wanted, least int, most func(room int) int,
	waits func(string)) error {
	if b.Override > 0 {
		wanted = b.Override
	}
	if b.failed == nil {
		if !b.watched { // from here on, as the frame may fail before it is painted
			b.watched = true
			time.AfterFunc(keptLook, b.watch)
		}
		err := b.lease.Take(ctx, ceil(least), func(others int) int {
			return ceil(most(Free(b.lease.Held(), wanted, others)))
		}, func(have []Holder) {
			waits("waiting for memory that other programs paint with" + named(have))
			b.trim()
		})
		if err == nil {
			b.room, b.began = b.lease.Held()<<20, time.Now()
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		b.failed = err
		b.log.Warn("memory is not shared with the other engines of this user", "error", err)
	}
	b.room, b.began = max(most(Free(0, wanted, 0)), least), time.Now()
	return nil
}

// named says who those are.
func named(have []Holder) string {
	var names []string
	for _, h := range have {
		names = append(names, fmt.Sprintf("process %d has %d MB", h.Process, h.Megabytes))
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// ceil is as many megabytes as hold some bytes.
func ceil(bytes int) int { return (bytes + 1<<20 - 1) >> 20 }

// Free is what there is for an engine, in bytes, that holds some megabytes where the others hold
// others. Where nobody says how much it may be it is half of what the machine, or the
// control group of this process, would have left without any engine's frames.
func Free(held, wanted, others int) int {
	if wanted > 0 {
		return (wanted - others) << 20
	}
	room, own := MostMemory, held<<20
	if _, available := sysinfo.Memory(); available > 0 {
		room = min(room, (available+own+others<<20)/2-others<<20)
	}
	if most, of := sysinfo.GroupLimit(); of != "" {
		room = min(room, (most-sysinfo.GroupUse(path.Dir(of))+own)/2)
	}
	return room &^ (1<<20 - 1)
}

// Rest comes after a frame: the memory is kept for the next one, unless somebody waits for
// it or there is none for a while.
func (b *Budget) Rest() {
	now := time.Now()
	b.kept = now.Add(max(keptTime, keptFrames*now.Sub(b.began)))
	if b.lease.Wanted() {
		b.trim()
		b.lease.Give()
	}
}

// watch comes back until nothing is kept.
func (b *Budget) watch() {
	select {
	case b.device <- struct{}{}:
		defer func() { <-b.device }()
		if b.lease.Wanted() || time.Now().After(b.kept) {
			b.trim()
			b.lease.Give()
		}
		if b.watched = b.lease.Held() > 0; !b.watched {
			return
		}
	default: // a frame is painted
	}
	time.AfterFunc(keptLook, b.watch)
}
