package engine

import (
	"runtime"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
)

// An engine comes to take no more memory. How soon depends on the threads that the machine has it
// start, each of which has memory of its own; one that loses some with every frame never does.
func TestMemoryIsFlat(t *testing.T) {
	pid, c := another(t, onnxtest.Shipped())
	s := newShared(t, "great-wave", 320, 180)
	s.request.Size = asHigh(180)
	paint := func(frames int) (after int) {
		for frame := range frames {
			s.smooth(frame)
			c.render(s)
		}
		return onnxtest.Anonymous(t, pid)
	}
	taken := []int{paint(20) >> 10}
	for range 5 {
		taken = append(taken, paint(60)>>10)
		if n := len(taken); taken[n-1]-taken[n-2] <= 4<<10 {
			return
		}
	}
	t.Errorf("after 20 frames, and every 60 more, it has KB %v", taken)
}

// A frame allocates nothing of its own size: not when it is painted, and not when the mix of
// one that is kept changes.
func TestFramesAllocateLittle(t *testing.T) {
	c := newClient(t, onnxtest.Shipped())
	s := newShared(t, "great-wave", 640, 360)
	s.request.Size = asHigh(360)
	s.masked()
	// of the frame's bytes; messages and plans take half of that
	most := uint64(640 * 360 * 16 / 32)
	if raceDetector {
		most *= 4 // sync.Pool drops a part of what it is given then
	}
	for name, change := range map[string]func(frame int){
		"painted": s.smooth,
		"mixed":   func(frame int) { s.request.Mix = 1 / float64(frame+2) },
	} {
		const warmUp, frames = 2, 6
		var before, after runtime.MemStats
		for frame := range warmUp + frames {
			if frame == warmUp {
				runtime.ReadMemStats(&before)
			}
			change(frame)
			var d bridge.Done
			c.ask(bridge.KindRender, &s.request, s.file, bridge.KindDone, &d)
			if want := name == "mixed"; d.Cached != want && frame > 0 {
				t.Fatalf("%s frame %d, cached %t", name, frame, d.Cached)
			}
		}
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / frames; each > most {
			t.Errorf("a frame that is %s allocates %d bytes", name, each)
		}
	}
}
