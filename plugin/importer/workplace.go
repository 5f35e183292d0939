package importer

import (
	"os"
	"path/filepath"
	"strings"

	"impasto.net/bridge/regular"
)

// adding begins the names of the folders that packages are made in. They lie among the
// styles, so that a finished package can be put there in one step, and no bank looks at
// names that begin with a dot.
const adding = ".adding-"

// workplace makes such a folder, after those of importers that were killed were removed. It
// is locked as long as it is used; leave removes it.
func workplace(styles string) (folder string, leave func(), err error) {
	// While this is held no other importer takes a new folder, not locked yet, for a dead one's.
	if all, err := lock(styles, true); err == nil {
		defer all.Close()
		sweep(styles)
	}
	if folder, err = os.MkdirTemp(styles, adding); err != nil {
		return "", nil, err
	}
	held, err := lock(folder, true)
	return folder, func() {
		_ = os.RemoveAll(folder) // what cannot be removed now is swept next time
		if err == nil {
			held.Close()
		}
	}, nil
}

// sweep removes the folders that nobody uses any more.
func sweep(styles string) {
	entries, _ := os.ReadDir(styles)
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), adding) {
			continue
		}
		folder := filepath.Join(styles, e.Name())
		if held, err := lock(folder, false); err == nil {
			_ = os.RemoveAll(folder) // or it stays, and hurts nobody
			held.Close()
		}
	}
}

// lock locks a folder until the file is closed or the process ends. Some network file
// systems cannot: there nothing is swept.
func lock(folder string, wait bool) (*os.File, error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	if err := regular.Lock(f, wait); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
