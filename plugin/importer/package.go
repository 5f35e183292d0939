package importer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"impasto.net/plugin/style"
)

// place has a package's folder made and filled, and puts it to the others, with those that were
// made beside it. They appear whole or not at all: names that begin with a dot are no packages'.
// Where a name is taken the user is told what to do instead.
func (im *Importer) place(name, instead string,
	fill func(folder string) (beside []string, err error)) (string, error) {
	free := func(name string) error {
		if _, err := os.Lstat(filepath.Join(im.Folder, name)); err == nil {
			return fmt.Errorf("there is %q in %s already: remove that one first, or %s", name,
				im.Folder, instead)
		}
		return nil
	}
	if err := free(name); err != nil {
		return "", err
	}
	if err := os.MkdirAll(im.Folder, 0o755); err != nil {
		return "", err
	}
	work, leave, err := workplace(im.Folder)
	if err != nil {
		return "", err
	}
	defer leave()
	beside, err := fill(filepath.Join(work, name))
	if err != nil {
		return "", err
	}
	for _, other := range beside {
		if err := free(other); err != nil {
			return "", err
		}
	}
	for i, n := range append([]string{name}, beside...) {
		if err := os.Rename(filepath.Join(work, n), filepath.Join(im.Folder, n)); err != nil {
			for _, n := range append([]string{name}, beside...)[:i] {
				_ = os.RemoveAll(filepath.Join(im.Folder, n)) // as far as that can be done
			}
			return "", err
		}
	}
	return filepath.Join(im.Folder, name), nil
}

// AddPackage adds a finished package after it was tried. The bank has the network of a style.
func (im *Importer) AddPackage(ctx context.Context, path string,
	bank style.Bank) (style.Any, error) {
	path, err := filepath.Abs(path) // "." has no name
	if err != nil {
		return style.Any{}, err
	}
	p, err := style.OpenAny(path)
	if err != nil {
		return style.Any{}, err
	}
	if p.Style != nil {
		if _, err := bank.Network(p.Style); err != nil {
			return style.Any{}, err
		}
	}
	target, err := im.place(p.Head().Name, "give the package another name",
		func(folder string) ([]string, error) {
			if err := p.Head().Copy(folder); err != nil {
				return nil, err
			}
			// What was copied is what is tried.
			copied, err := style.OpenAny(folder)
			if err != nil {
				return nil, err
			}
			return nil, im.Verify(ctx, copied, bank)
		})
	if err != nil {
		return style.Any{}, err
	}
	return style.OpenAny(target)
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// nameOf makes a style's name of a file's.
func nameOf(path string) string {
	base := strings.ToLower(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	name := notInNames.ReplaceAllString(base, "-")
	if len(name) > 60 {
		name = name[:60]
	}
	if name = strings.Trim(name, "-"); name == "" {
		return "style"
	}
	return name
}

// labelOf makes a style's label of its name.
func labelOf(name string) string {
	words := strings.Split(name, "-")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}
