package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"impasto.net/plugin/style"
)

// place has a package's folder made and filled, and puts it to the others. It appears whole or not at
// all: names that begin with a dot are no packages'.
// Where the name is taken the user is told what to do instead.
func (im *Importer) place(name, instead string, fill func(folder string) error) (string, error) {
	target := filepath.Join(im.Folder, name)
	if _, err := os.Lstat(target); err == nil {
		return "", fmt.Errorf("there is %q in %s already: remove that one first, or %s", name, im.Folder, instead)
	}
	if err := os.MkdirAll(im.Folder, 0o755); err != nil {
		return "", err
	}
	work, leave, err := workplace(im.Folder)
	if err != nil {
		return "", err
	}
	defer leave()
	folder := filepath.Join(work, name)
	if err := fill(folder); err != nil {
		return "", err
	}
	return target, os.Rename(folder, target)
}

// AddPackage adds a finished package after it was tried. The bank has the network of a style.
func (im *Importer) AddPackage(ctx context.Context, path string, bank style.Bank) (style.Any, error) {
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
	target, err := im.place(p.Head().Name, "give the package another name", func(folder string) error {
		if err := p.Head().Copy(folder); err != nil {
			return err
		}
		// What was copied is what is tried.
		copied, err := style.OpenAny(folder)
		if err != nil {
			return err
		}
		return im.Verify(ctx, copied, bank)
	})
	if err != nil {
		return style.Any{}, err
	}
	return style.OpenAny(target)
}

// write makes the package's folder of the graphs that lie in the working folder.
func write(folder, work string, m *style.Style) error {
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	files := []string{m.Graph}
	if m.Vectors != nil {
		files = append(files, m.Vectors.Graph)
	}
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(work, name))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		m.Files[name] = hex.EncodeToString(sum[:])
		if err := os.Rename(filepath.Join(work, name), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, style.ManifestFile), append(data, '\n'), 0o644)
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
