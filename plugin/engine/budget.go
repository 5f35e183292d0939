package engine

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"impasto.net/plugin/lease"
	"impasto.net/plugin/network"
	"impasto.net/plugin/sysinfo"
)

const (
	// mostMemory is what painting a frame may take at the most, in bytes, where nobody says
	// another number: the rest of the machine is the OFX host's.
	mostMemory = 1900 << 20

	// tileMemory is what one tile may take of it: a sixth of an 8K frame for the shipped
	// network. What tiles have around their cores is then an eighth of all that is painted.
	tileMemory = 800 << 20

	// triedMemory is tried where there seems to be less.
	triedMemory = 64 << 20

	// unknownBytes is taken for what a pixel takes where that is not known: about what it
	// does for the classic network.
	unknownBytes = 1 << 10

	// keptTime is for how long memory is kept for the next frame at the least. Longer frames
	// take more of it, and other nodes longer between them, so it is kept for as long as
	// keptFrames of them take. keptLook is how often it is looked whether somebody else waits.
	keptTime   = 30 * time.Second
	keptFrames = 3
	keptLook   = 250 * time.Millisecond
)

// budget is the memory that frames are painted with, shared with the other engines of this
// user. It belongs to whoever has the device.
type budget struct {
	override int // IMPASTO_MEMORY, in megabytes; 0 is none
	lease    lease.Lease
	room     int   // bytes for the frame under way
	failed   error // why nothing is shared
	began    time.Time
	kept     time.Time // until when, once the frame is painted
	watched  bool
}

func newBudget() (b budget) {
	b.lease.Folder, b.failed = lease.Folder()
	return b
}

// reserve takes memory for a frame, least bytes and what most says of what there is, and
// waits where the others have it.
func (e *engine) reserve(ctx context.Context, f *frame, least int, most func(room int) int, progress func(float64, string)) error {
	b, wanted := &e.budget, f.Device.Memory
	if b.override > 0 {
		wanted = b.override
	}
	if b.failed == nil {
		if !b.watched { // from here on, as the frame may fail before it is painted
			b.watched = true
			time.AfterFunc(keptLook, e.watch)
		}
		err := b.lease.Take(ctx, ceil(least), func(others int) int {
			return ceil(most(b.free(wanted, others)))
		}, func(have []lease.Holder) {
			progress(0.05, "waiting for memory that other programs paint with"+named(have))
			e.trim()
		})
		if err == nil {
			b.room, b.began = b.lease.Held()<<20, time.Now()
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		b.failed = err
		e.log.Warn("memory is not shared with the other engines of this user", "error", err)
	}
	b.room, b.began = max(most(b.free(wanted, 0)), least), time.Now()
	return nil
}

// named says who those are.
func named(have []lease.Holder) string {
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

// needs is what painting that many pixels takes: at the least, and what it makes use of
// where there is so much room.
func (s *session) needs(pixels int) (least int, most func(room int) int) {
	if s.field == nil {
		whole := pixels * unknownBytes
		return whole, func(room int) int { return min(whole, room) }
	}
	whole := pixels * (s.field.Bytes + pictureBytes)
	return min(whole, triedMemory), func(room int) int {
		if whole > room && s.stages == nil {
			return min(room, tileMemory)
		}
		return min(whole, room)
	}
}

// free is what there is for this engine, in bytes, where the others have that many
// megabytes. Where nobody says how much it may be it is half of what the machine, or the
// control group of this process, would have left without any engine's frames.
func (b *budget) free(wanted, others int) int {
	if wanted > 0 {
		return (wanted - others) << 20
	}
	room, own := mostMemory, b.lease.Held()<<20
	if _, available := sysinfo.Memory(); available > 0 {
		room = min(room, (available+own+others<<20)/2-others<<20)
	}
	if most, of := sysinfo.GroupLimit(); of != "" {
		room = min(room, (most-sysinfo.GroupUse(path.Dir(of))+own)/2)
	}
	return room &^ (1<<20 - 1)
}

// rest comes after a frame: the memory is kept for the next one, unless somebody waits for
// it or there is none for a while.
func (e *engine) rest() {
	b := &e.budget
	now := time.Now()
	b.kept = now.Add(max(keptTime, keptFrames*now.Sub(b.began)))
	if b.lease.Wanted() {
		e.trim()
		b.lease.Give()
	}
}

// watch comes back until nothing is kept.
func (e *engine) watch() {
	b := &e.budget
	select {
	case e.device <- struct{}{}:
		defer func() { <-e.device }()
		if b.lease.Wanted() || time.Now().After(b.kept) {
			e.trim()
			b.lease.Give()
		}
		if b.watched = b.lease.Held() > 0; !b.watched {
			return
		}
	default: // a frame is painted
	}
	time.AfterFunc(keptLook, e.watch)
}

// trim gives the memory back that is kept for the next frame.
func (e *engine) trim() {
	e.buffers.Trim()
	if err := network.Shrink(); err != nil {
		e.log.Warn("memory is kept that others may want", "error", err)
	}
}
