// Package lease has all engines of a user on a machine share its memory: each leases what
// it paints with, in megabytes, of what the others have left.
//
// A lease is a lock on a part of an empty file, one byte for a megabyte, at an offset by
// which one knows whose it is. The kernel takes it back from whoever dies, so that there is
// nothing to clean up and nothing to go stale. Who wants more than it has first takes its
// turn, so that two do not take the same memory; a turn that lasts tells the others that
// somebody waits. Who was stopped, and neither lives nor died, is not counted.
package lease

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"impasto.net/bridge/regular"
)

const (
	file = "memory"

	// Most is what a lease may be, in megabytes, and the part of the file that an engine has
	// to itself, but for some bytes.
	Most = 1 << 20

	// largest leaves one free between what is leased and what shows life.
	largest = Most - beats - 2

	// processes is how many numbers of processes there are.
	processes = 1 << 22

	// interval is how often those who wait look again.
	interval = 10 * time.Millisecond
)

// Lease is what one engine has. The zero value of all but its folder has nothing; it is not
// for two goroutines at once.
type Lease struct {
	Folder string
	Silent func(Holder) // told of each that is not waited for, because it shows no life

	file  *os.File // while there is anything in it; closing it gives everything back
	start int64
	held  int
	seen  map[int64]sighting
	still func() // ends what shows life
}

// Held is how many megabytes this engine has.
func (l *Lease) Held() int { return l.held }

// Take has the lease be what want says of what the others have, in megabytes. Where that is
// less than least it keeps what it has, down to least; where that is less, too, it calls waits
// with those who have it, gives all back and waits for the others, so that nobody who waits has
// what another one waits for. Where there are no others it takes least, whatever want says.
func (l *Lease) Take(ctx context.Context, least int, want func(others int) int,
	waits func([]Holder)) error {
	if err := l.open(); err != nil {
		return err
	}
	if err := l.turn(least, want); err != nil || l.held >= least {
		return errors.Join(err, l.endTurn())
	}
	have, _, err := holders(l.file)
	if err == nil {
		waits(have)
		err = l.resize(0)
	}
	for err == nil && l.held < least {
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(interval):
			err = l.turn(least, want)
		}
	}
	return errors.Join(err, l.endTurn())
}

// turn takes what is wanted where that is enough, if it is this engine's turn; it stays so.
func (l *Lease) turn(least int, want func(others int) int) error {
	if mine, err := l.myTurn(); err != nil || !mine {
		return err
	}
	others, err := l.others()
	if err != nil {
		return err
	}
	size := min(want(others), largest)
	switch {
	case size >= least:
	case others == 0 || l.held >= least:
		size = least
	default:
		return nil
	}
	return l.resize(size)
}

// Give gives everything back.
func (l *Lease) Give() {
	if l.still != nil {
		l.still()
	}
	if l.file != nil {
		l.file.Close()
	}
	l.file, l.still, l.held = nil, nil, 0
}

// open opens the file, and finds a part of it for this engine. In other name spaces there
// may be processes of the same number.
func (l *Lease) open() error {
	if l.file != nil {
		return nil
	}
	f, err := regular.Open(filepath.Join(l.Folder, file), os.O_RDWR|os.O_CREATE|noLinks, 0o600)
	if err != nil {
		return err
	}
	l.file = f
	for place := int64(os.Getpid() % processes); ; place += processes {
		l.start = (1 + place) * Most
		// What it has begins at the second byte: the first says that the part is taken.
		mine, err := lock(l.file, l.start, 1)
		if err != nil {
			l.Give()
			return fmt.Errorf("leasing memory by %s: %w", f.Name(), err)
		}
		if mine {
			l.begin()
			return nil
		}
	}
}

// begin shows life.
func (l *Lease) begin() {
	stop, ended := make(chan struct{}), make(chan struct{})
	go func(f *os.File, window int64) {
		live(f, window, stop)
		close(ended)
	}(l.file, l.start+Most-beats)
	l.still = func() {
		close(stop)
		<-ended
	}
}

// resize has the lease be that many megabytes.
func (l *Lease) resize(size int) (err error) {
	if size > l.held {
		var mine bool
		if mine, err = lock(l.file, l.start+1, int64(size)); err == nil && !mine {
			err = errors.New("another process leases memory in this one's place")
		}
	} else if size < l.held {
		err = unlock(l.file, l.start+1+int64(size), int64(l.held-size))
	}
	if err == nil {
		l.held = size
	}
	return err
}

// others is what all others have that live.
func (l *Lease) others() (sum int, err error) {
	have, _, err := holders(l.file)
	for _, h := range have {
		lives, err := l.lives(h.start)
		if err != nil {
			return 0, err
		}
		if lives {
			sum += h.Megabytes
		} else if s := l.seen[h.start]; !s.told && l.Silent != nil {
			s.told = true
			l.seen[h.start] = s
			l.Silent(h)
		}
	}
	return sum, err
}
