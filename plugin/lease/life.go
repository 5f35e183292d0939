package lease

import (
	"maps"
	"os"
	"time"
)

// An engine shows that it lives by a lock that moves on through the last bytes of its part
// of the file, as time does. Where it stays in its place the engine was stopped, and what
// would have killed it, too: nobody waits for that for longer than silence. Once it goes on
// it is counted again; the frame that it was at may be one too many.
const beats = 1 << 10

var ( // tests have less time
	beat    = time.Second
	silence = 20 * time.Second
)

// live moves the lock on until it is told to stop.
func live(f *os.File, window int64, stop <-chan struct{}) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for last := int64(-1); ; {
		at := window + time.Now().UnixNano()/int64(beat)%beats
		if at != last { // where this fails the engine is taken for one that was stopped
			_, _ = lock(f, at, 1)
			if last >= 0 {
				_ = unlock(f, last, 1)
			}
		}
		last = at
		select {
		case <-stop:
			return
		case <-tick.C:
		}
	}
}

// sighting is where something was seen that ought to move, and since when.
type sighting struct {
	at    int64
	since time.Time
	told  bool // that it is not waited for
}

// forgotten is after how long a sighting is made anew.
const forgotten = time.Hour

// moves says whether what is known by a key was elsewhere of late.
func (l *Lease) moves(key, at int64) bool {
	maps.DeleteFunc(l.seen,
		func(_ int64, s sighting) bool { return time.Since(s.since) > forgotten })
	if s, ok := l.seen[key]; ok && s.at == at {
		return time.Since(s.since) < silence
	}
	if l.seen == nil {
		l.seen = make(map[int64]sighting)
	}
	l.seen[key] = sighting{at: at, since: time.Now()}
	return true
}

// lives says whether the engine lives whose part begins there.
func (l *Lease) lives(start int64) (bool, error) {
	found, err := conflict(l.file, start+Most-beats, beats)
	if err != nil {
		return false, err
	}
	at := int64(-1) // it has just begun
	if found != nil {
		at = found.from
	}
	return l.moves(start, at), nil
}
