package lease

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"impasto.net/bridge/regular"
)

// Holder is an engine that has memory.
type Holder struct {
	Process   int
	Megabytes int
	start     int64 // of its part
}

// Holders lists the engines that have any, by their processes, and says whether one waits.
func Holders(folder string) (all []Holder, waits bool, err error) {
	f, err := regular.Open(filepath.Join(folder, file), os.O_RDONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	return holders(f)
}

// holders lists those other than who has the file open as f.
func holders(f *os.File) (all []Holder, waits bool, err error) {
	first, err := conflict(f, 0, turns)
	if err != nil {
		return nil, false, err
	}
	// The kernel tells of any lock in a range, not of the first one.
	open := []span{{Most, owners}}
	for len(open) > 0 {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		if s.from >= s.to {
			continue
		}
		found, err := conflict(f, s.from, s.to-s.from)
		if err != nil {
			return nil, false, err
		}
		if found == nil {
			continue
		}
		open = append(open, span{s.from, found.from}, span{found.to, s.to})
		// Without the byte that says that the part is taken; at the part's end are signs of life.
		if size := int(found.to-found.from) - 1; size > 0 && found.from%Most == 0 {
			all = append(all, Holder{int((found.from/Most - 1) % processes), size, found.from})
		}
	}
	slices.SortFunc(all, func(a, b Holder) int { return a.Process - b.Process })
	return all, first != nil, nil
}

// span is a part of the file.
type span struct{ from, to int64 }
