package engine

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"impasto.net/bridge"
	"impasto.net/plugin/lease"
	"impasto.net/plugin/onnxtest"
)

// sharing is an engine that has 300 MB to share with what the test leases, and a frame that
// would take a gigabyte.
func sharing(t *testing.T) (pid int, c *client, s *shared, rest *lease.Lease) {
	t.Helper()
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "wide", wide(256, false))
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	t.Setenv("IMPASTO_MEMORY", "300")
	folder, err := lease.Folder()
	if err != nil {
		t.Fatal(err)
	}
	pid, c = another(t, bank)
	return pid, c, newShared(t, "wide", 1200, 700), &lease.Lease{Folder: folder}
}

// leave has all engines but this one have that many megabytes, as soon as they let go of
// the rest.
func leave(t *testing.T, l *lease.Lease, megabytes int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	size := 300 - megabytes
	if err := l.Take(ctx, size, func(others int) int { return min(size, 300-others) },
		func([]lease.Holder) {}); err != nil {
		t.Fatalf("the engine keeps what another one waits for: %v", err)
	}
}

// What others have of the memory makes tiles smaller, for as long as they have it.
func TestMemoryIsShared(t *testing.T) {
	pid, c, s, rest := sharing(t)
	before := onnxtest.Anonymous(t, pid)
	_, most := c.watched(pid, s)
	alone := c.tiles()
	if alone < 2 || most-before > 400<<20 {
		t.Errorf("with 300 MB it took %d tiles, and %d MB", alone, (most-before)>>20)
	}
	leave(t, rest, 100)
	if after := onnxtest.Anonymous(t, pid); after-before > 100<<20 {
		t.Errorf("%d MB are kept that were given back", (after-before)>>20)
	}
	s.paint(1)
	c.render(s)
	shared := c.tiles() - alone
	if shared <= alone {
		t.Errorf("with 100 MB it took %d tiles, with 300 MB %d", shared, alone)
	}
	rest.Give()
	s.paint(0)
	s.request.ExposureIn = 1 // or the picture would be the kept one
	c.render(s)
	if again := c.tiles() - shared - alone; again != alone {
		t.Errorf("alone it took %d tiles, and alone again %d", alone, again)
	}
}

// Where the others have all of it a frame waits, says so, and can be cancelled; it goes on
// when there is some.
func TestMemoryIsWaitedFor(t *testing.T) {
	_, c, s, rest := sharing(t)
	c.render(s)
	leave(t, rest, 10)
	waiting := func() {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			c.mutex.Lock()
			last := c.stages[len(c.stages)-1]
			c.mutex.Unlock()
			if strings.HasPrefix(last.Stage, "waiting for memory") && rest.Wanted() {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("the last that was said is %q", last.Stage)
			}
		}
	}
	s.paint(1)
	id, answer := c.send(bridge.KindRender, &s.request, s.file)
	waiting()
	if err := c.conn.SendFields(bridge.KindCancel, id, &bridge.Cancel{}); err != nil {
		t.Fatal(err)
	}
	e := new(bridge.Error)
	if c.read(answer, bridge.KindError, e); e.Code != bridge.CodeCancelled {
		t.Error(e)
	}
	_, answer = c.send(bridge.KindRender, &s.request, s.file)
	waiting()
	rest.Give()
	c.read(answer, bridge.KindDone, new(bridge.Done))
}

// An engine that is killed leaves all of it to the others.
func TestKilledEngineLeavesMemory(t *testing.T) {
	pid, c, s, rest := sharing(t)
	c.send(bridge.KindRender, &s.request, s.file)
	for found := []lease.Holder(nil); len(found) == 0; time.Sleep(time.Millisecond) {
		var err error
		if found, _, err = lease.Holders(rest.Folder); err != nil {
			t.Fatal(err)
		}
	}
	engine, err := os.FindProcess(pid)
	if err == nil {
		err = engine.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
	leave(t, rest, 0)
	if found, waits, err := lease.Holders(rest.Folder); len(found) != 1 ||
		found[0].Process != os.Getpid() || waits || err != nil {
		t.Error(found, waits, err)
	}
}
