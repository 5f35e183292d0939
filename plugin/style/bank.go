package style

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Bank is a list of folders that hold packages, the first that has a style wins.
type Bank []string

// All opens every package, sorted by name. What cannot be opened is not in the list: an
// error says why for each.
func (b Bank) All() ([]*Package, []error) {
	var all []*Package
	var broken []error
	seen := map[string]bool{}
	for _, folder := range b {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			broken = append(broken, err)
		}
		for _, e := range entries {
			if seen[e.Name()] || !ValidName(e.Name()) {
				continue
			}
			p, err := Open(filepath.Join(folder, e.Name()))
			if err != nil {
				broken = append(broken, err)
				continue
			}
			seen[p.Name] = true
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *Package) int { return strings.Compare(a.Name, b.Name) })
	return all, broken
}

// Find opens the package that an id names: "name" is the first of that name, whichever
// version it is, "name@prefix" is that very one.
func (b Bank) Find(id string) (*Package, error) {
	name, prefix, exact := strings.Cut(id, "@")
	if !ValidName(name) || exact && prefix == "" {
		return nil, fmt.Errorf("%q is not a style's name: it is lower-case letters, digits and hyphens, with @ and its version or without", id)
	}
	var other *Package
	for _, folder := range b {
		path := filepath.Join(folder, name)
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		p, err := Open(path)
		if err != nil {
			return nil, fmt.Errorf("the style %q cannot be used: %w", name, err)
		}
		if !exact || p.ID == id {
			return p, nil
		}
		if other == nil {
			other = p
		}
	}
	if other != nil {
		return nil, fmt.Errorf("the style %q is wanted, but what is installed in %s is %q: install the wanted version, or choose the style again",
			id, other.Folder, other.ID)
	}
	return nil, fmt.Errorf("the style %q is not in %s; there is %s", id, strings.Join(b, ", "), b.names())
}

func (b Bank) names() string {
	all, _ := b.All()
	if len(all) == 0 {
		return "no style at all"
	}
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}
