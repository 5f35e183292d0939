// Package shm maps the memory that the shim shares with the engine.
package shm

import (
	"fmt"
	"os"
	"sync"
	"time"

	"impasto.net/bridge"
)

// The shim uses its memory for one frame after the other, so the maps are kept: mapping
// anew costs a page fault for every 4 KB, 13 ms for a 1080p plate and its output against
// 2 ms for copying them. A map keeps its memory alive, hence the bounds.
const (
	maxUnused  = 8
	unusedTime = 5 * time.Second
)

// Maps are the attached memories that are mapped.
type Maps struct {
	mutex sync.Mutex
	list  []*mapping // the longest unused first
	timer *time.Timer
}

type mapping struct {
	identity identity
	Bytes    []byte
	users    int
	since    time.Time // unused since
}

// Get maps an attached memory, or finds its map. A map that exists holds the inode, so
// that its number stands for nothing else, and the seals that it was checked for stay.
func (m *Maps) Get(f *os.File) (*mapping, error) {
	id, err := identityOf(f)
	if err != nil {
		return nil, fmt.Errorf("looking at shared memory: %w", err)
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, x := range m.list {
		if x.identity == id {
			x.users++
			return x, nil
		}
	}
	b, err := bridge.MapMemory(f)
	if err != nil {
		return nil, err
	}
	x := &mapping{identity: id, Bytes: b, users: 1}
	m.list = append(m.list, x)
	return x, nil
}

// Put ends a use of a map.
func (m *Maps) Put(x *mapping) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	x.users--
	if x.users > 0 {
		return
	}
	x.since = time.Now()
	for i := range m.list {
		if m.list[i] == x {
			m.list = append(append(m.list[:i], m.list[i+1:]...), x)
			break
		}
	}
	m.drop()
	if m.timer == nil {
		m.timer = time.AfterFunc(unusedTime, m.sweep)
	}
}

// sweep comes back until no map is unused.
func (m *Maps) sweep() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.timer = nil
	if m.drop() > 0 {
		m.timer = time.AfterFunc(unusedTime, m.sweep)
	}
}

// drop unmaps what is unused for too long or too many, and gives how many unused are left.
func (m *Maps) drop() int {
	unused := 0
	for _, x := range m.list {
		if x.users == 0 {
			unused++
		}
	}
	kept := m.list[:0]
	for _, x := range m.list {
		if x.users == 0 && (unused > maxUnused || time.Since(x.since) >= unusedTime) {
			unused--
			// Fails for what is not a map only, which this is.
			_ = bridge.Unmap(x.Bytes)
			continue
		}
		kept = append(kept, x)
	}
	clear(m.list[len(kept):])
	m.list = kept
	return unused
}
