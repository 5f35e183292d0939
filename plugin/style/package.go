// Package style reads packages from disk: styles, the networks that several styles share,
// and encoders. A package is a folder with a manifest and the files that it lists; whatever it
// says is checked before anybody relies on it, because packages come from strangers.
package style

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"impasto.net/bridge/regular"
)

// The names of the manifests: they say whether a folder is a style, a network or an encoder.
const (
	ManifestFile = "style.json"
	NetworkFile  = "network.json"
	EncoderFile  = "encoder.json"
)

// Format is the version of the manifests that is read here.
const Format = 1

// MaxFile is how many bytes a file of a package may have.
const MaxFile = 512 << 20

const maxManifest = 64 << 10

// Package is what all packages have. Its manifest has been checked; its files are checked
// by Load.
type Package struct {
	Format int `json:"format"`
	// lower-case letters, digits and hyphens; the folder's name
	Name    string            `json:"name"`
	Licence string            `json:"licence"`
	Origin  string            `json:"origin"`
	Files   map[string]string `json:"files"` // sha256 of every file, hexadecimal

	// name@prefix, the prefix being 12 hexadecimal digits of the manifest's sha256
	ID     string `json:"-"`
	Folder string `json:"-"`

	manifest string // the name of its file
}

var namePattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)
var filePattern = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$`)
var hashPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
var prefixPattern = regexp.MustCompile(`^[0-9a-f]{12}$`)

// ValidName says whether a package may be called that.
func ValidName(name string) bool { return namePattern.MatchString(name) }

// validID says whether it names one version of a package.
func validID(id string) bool {
	name, prefix, _ := strings.Cut(id, "@")
	return ValidName(name) && prefixPattern.MatchString(prefix)
}

// kind gives the name of the manifest in a folder. A folder with none or with several is
// taken for a style, and cannot be opened as one.
func kind(folder string) (string, error) {
	var found []string
	for _, name := range []string{ManifestFile, NetworkFile, EncoderFile} {
		if _, err := os.Lstat(filepath.Join(folder, name)); err == nil {
			found = append(found, name)
		}
	}
	switch len(found) {
	case 0:
		return ManifestFile, nil
	case 1:
		return found[0], nil
	}
	return ManifestFile, fmt.Errorf("%s has both a %s and a %s: a package is a style, a network "+
		"or an encoder", folder, found[0], found[1])
}

// kinds say what folders with other manifests than a style's are.
var kinds = map[string]string{
	NetworkFile: "a network, which styles are of",
	EncoderFile: "an encoder, which sees and does not paint",
}

// manifest is what can be read of a package's.
type manifest interface {
	head() *Package
	check() error // what is its own
}

func (p *Package) head() *Package { return p }

// open reads and checks the manifest in a folder.
func open(folder, name string, m manifest) error {
	have, err := kind(folder)
	if err != nil {
		return err
	}
	if have != ManifestFile && name == ManifestFile {
		return fmt.Errorf("%s is %s, and not a style", folder, kinds[have])
	}
	root, err := regular.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	data, err := read(root, name, maxManifest)
	if err != nil {
		return err
	}
	p := m.head()
	err = decode(data, m)
	if err == nil {
		err = cmp.Or(p.check(filepath.Base(folder)), m.check())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(folder, name), err)
	}
	sum := sha256.Sum256(data)
	p.ID = p.Name + "@" + hex.EncodeToString(sum[:6])
	p.Folder, p.manifest = folder, name
	return nil
}

func decode(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("something follows the manifest")
	}
	return nil
}

func (p *Package) check(folder string) error {
	switch {
	case p.Format != Format:
		return fmt.Errorf("format %d, this version reads %d", p.Format, Format)
	case !ValidName(p.Name):
		return fmt.Errorf("name %q is not made of lower-case letters, digits and hyphens", p.Name)
	case p.Name != folder:
		return fmt.Errorf("name %q in a folder called %q", p.Name, folder)
	}
	for name, sum := range p.Files {
		if !filePattern.MatchString(name) ||
			slices.Contains([]string{ManifestFile, NetworkFile, EncoderFile}, name) {
			return fmt.Errorf("files: %q is not the name of a file beside the manifest", name)
		}
		if !hashPattern.MatchString(sum) {
			return fmt.Errorf("files: the sha256 of %s is not 64 hexadecimal digits", name)
		}
	}
	return nil
}

// Load compares every file of the package with its sha256 and gives the bytes of those
// that are named: what was checked is what runs, whatever happens on disk later.
func (p *Package) Load(names ...string) ([][]byte, error) {
	contents := make([][]byte, len(names))
	err := p.each(func(name string, data []byte) error {
		for i := range names {
			if names[i] == name {
				contents[i] = data
			}
		}
		return nil
	})
	return contents, err
}

// Copy makes a new folder with the package in it: its manifest and its files, after they
// were checked, and nothing else that lies there.
func (p *Package) Copy(folder string) error {
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	root, err := regular.OpenRoot(p.Folder)
	if err != nil {
		return err
	}
	defer root.Close()
	manifest, err := read(root, p.manifest, maxManifest)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, p.manifest), manifest, 0o644); err != nil {
		return err
	}
	return p.each(func(name string, data []byte) error {
		return os.WriteFile(filepath.Join(folder, name), data, 0o644)
	})
}

// each reads one file after the other, checks it, and has it looked at.
func (p *Package) each(look func(name string, data []byte) error) error {
	root, err := regular.OpenRoot(p.Folder)
	if err != nil {
		return err
	}
	defer root.Close()
	for name, want := range p.Files {
		data, err := read(root, name, MaxFile)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
			return fmt.Errorf("%s is not the file that its manifest describes: its sha256 is %x, "+
				"not %s",
				filepath.Join(p.Folder, name), sum, want)
		}
		if err := look(name, data); err != nil {
			return err
		}
	}
	return nil
}

// read gives a file's bytes. The root refuses links that lead out of it.
func read(root *os.Root, name string, limit int64) ([]byte, error) {
	path := filepath.Join(root.Name(), name)
	f, err := regular.OpenIn(root, name, os.O_RDONLY, 0)
	if err != nil {
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			err = p.Err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if st.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes, the limit is %d", path, st.Size(), limit)
	}
	data := make([]byte, st.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}
