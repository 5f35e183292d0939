package shm

import (
	"testing"

	"impasto.net/bridge"
)

func TestMapsAreKeptForAWhile(t *testing.T) {
	var m Maps
	f, err := bridge.NewMemory(1 << 16)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a, err := m.Get(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Get(f)
	if err != nil || a != b {
		t.Fatalf("mapped twice, %v", err)
	}
	m.Put(a)
	m.Put(b)
	if c, _ := m.Get(f); c != a {
		t.Error("mapped anew")
	}
	m.Put(a)
	for range 3 * maxUnused {
		f, err := bridge.NewMemory(1 << 16)
		if err != nil {
			t.Fatal(err)
		}
		x, err := m.Get(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		m.Put(x)
	}
	if len(m.list) > maxUnused {
		t.Errorf("%d maps are kept", len(m.list))
	}
	m.mutex.Lock()
	for _, x := range m.list {
		x.since = x.since.Add(-unusedTime)
	}
	m.mutex.Unlock()
	m.sweep()
	if len(m.list) != 0 {
		t.Errorf("%d old maps are kept", len(m.list))
	}
}
