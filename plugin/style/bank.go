package style

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Bank is a list of folders that hold packages, the first that has a style or a network
// wins.
type Bank []string

// All opens every style whose network is there, sorted by name. What cannot be used is not
// in the list: an error says why for each.
func (b Bank) All() ([]*Style, []error) {
	var usable []*Style
	all, broken := all(b, ManifestFile, Open)
	for _, s := range all {
		if _, err := b.Network(s); err != nil {
			broken = append(broken, err)
			continue
		}
		usable = append(usable, s)
	}
	return usable, broken
}

// Unreadable has an error for every folder that is there and cannot be read: what is in it is left
// out.
func (b Bank) Unreadable() (all []error) {
	for _, folder := range b {
		d, err := os.Open(folder + "/") // a pipe would keep us waiting
		if err == nil {
			_, err = d.ReadDir(1)
			d.Close()
		}
		if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, io.EOF) {
			continue
		}
		if path, ok := errors.AsType[*fs.PathError](err); ok {
			err = path.Err
		}
		all = append(all,
			fmt.Errorf("the folder of styles %s cannot be read, and is left out: %w", folder, err))
	}
	return all
}

// Networks opens every network that styles share, sorted by name.
func (b Bank) Networks() ([]*Network, []error) { return all(b, NetworkFile, OpenNetwork) }

// Encoders opens every encoder, sorted by name.
func (b Bank) Encoders() ([]*Encoder, []error) { return all(b, EncoderFile, OpenEncoder) }

func all[P manifest](b Bank, manifest string, open func(folder string) (P, error)) ([]P, []error) {
	var all []P
	var broken []error
	seen := map[string]bool{}
	for _, folder := range b {
		entries, _ := os.ReadDir(folder) // see Unreadable
		for _, e := range entries {
			path := filepath.Join(folder, e.Name())
			if seen[e.Name()] || !ValidName(e.Name()) {
				continue
			}
			if have, _ := kind(path); have != manifest {
				continue
			}
			p, err := open(path)
			if err != nil {
				broken = append(broken, err)
				continue
			}
			seen[e.Name()] = true
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b P) int { return strings.Compare(a.head().Name, b.head().Name) })
	return all, broken
}

// Find opens the style that an id names: "name" is the first of that name, whichever
// version it is, "name@prefix" is that very one.
func (b Bank) Find(id string) (*Style, error) {
	s, err := find(b, "style", id, ManifestFile, Open)
	if errors.Is(err, ErrMissing) {
		return nil, fmt.Errorf("%w; there is %s", err, b.names())
	}
	return s, err
}

// FindNetwork opens the network that an id names, like Find.
func (b Bank) FindNetwork(id string) (*Network, error) {
	return find(b, "network", id, NetworkFile, OpenNetwork)
}

// FindEncoder opens the encoder that an id names, like Find.
func (b Bank) FindEncoder(id string) (*Encoder, error) {
	return find(b, "encoder", id, EncoderFile, OpenEncoder)
}

// Network gives the network that a style is of.
func (b Bank) Network(s *Style) (*Network, error) {
	if s.Graphs != nil {
		return &Network{s.Package, *s.Graphs}, nil
	}
	n, err := b.FindNetwork(s.Network)
	if err != nil {
		return nil, fmt.Errorf("the style %q in %s cannot be used without its network: %w", s.Label,
			s.Folder, err)
	}
	return n, nil
}

// ErrMissing is wrapped by the error for what is in no folder.
var ErrMissing = errors.New("is not in")

func find[P manifest](b Bank, what, id, manifest string,
	open func(folder string) (P, error)) (found P, err error) {
	name, prefix, exact := strings.Cut(id, "@")
	if !ValidName(name) || exact && prefix == "" {
		return found, fmt.Errorf("%q is not a %s's name: it is lower-case letters, digits and "+
			"hyphens, with @ and its version or without", id, what)
	}
	var other *Package
	for _, folder := range b {
		path := filepath.Join(folder, name)
		if _, err := os.Lstat(path); err != nil { // see Unreadable
			continue
		}
		if have, _ := kind(path); have != manifest {
			continue
		}
		p, err := open(path)
		if err != nil {
			return found, fmt.Errorf("the %s %q cannot be used: %w", what, name, err)
		}
		if !exact || p.head().ID == id {
			return p, nil
		}
		if other == nil {
			other = p.head()
		}
	}
	if other != nil {
		return found, fmt.Errorf("the %s %q is wanted, but what is installed in %s is %q: "+
			"install the wanted version, or choose another style",
			what, id, other.Folder, other.ID)
	}
	err = fmt.Errorf("the %s %q %w %s", what, id, ErrMissing, strings.Join(b, ", "))
	for _, folder := range b.Unreadable() {
		err = fmt.Errorf("%w; %w", err, folder)
	}
	return found, err
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
