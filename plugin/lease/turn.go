package lease

import (
	"errors"
	"math"
)

// A turn is a lock of one of the first bytes of the file: the first one that is not held by
// an engine that was stopped. Whose it is says another lock, far behind all parts.
const (
	turns  = beats
	spread = 1 << 30
	owners = math.MaxInt64 - turns*spread
)

// myTurn takes this engine's turn, if it is nobody else's.
func (l *Lease) myTurn() (mine bool, err error) {
	for turn := int64(0); turn < turns && err == nil; turn++ {
		if mine, err = lock(l.file, turn, 1); mine {
			_, err = lock(l.file, owners+turn*spread+l.start/Most, 1)
			return true, err
		}
		if err == nil {
			var taken bool
			if taken, err = l.taken(turn); taken {
				return false, err
			}
		}
	}
	return false, err
}

// taken says whether a turn that another engine has is that of one that lives.
func (l *Lease) taken(turn int64) (bool, error) {
	first := owners + turn*spread
	found, err := conflict(l.file, first, spread)
	if err != nil {
		return false, err
	}
	if found == nil { // it has just begun, or ended
		return l.moves(-turn, 0), nil
	}
	delete(l.seen, -turn)
	return l.lives((found.from - first) * Most)
}

// endTurn lets the others have theirs.
func (l *Lease) endTurn() error {
	return errors.Join(unlock(l.file, owners, turns*spread), unlock(l.file, 0, turns))
}

// Wanted says whether somebody waits for what this engine has.
func (l *Lease) Wanted() bool {
	for turn := int64(0); l.file != nil && turn < turns; turn++ {
		if r, err := conflict(l.file, turn, 1); r == nil || err != nil {
			return false
		}
		if taken, err := l.taken(turn); taken || err != nil {
			return taken
		}
	}
	return false
}
