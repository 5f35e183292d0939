// Package style reads style packages from disk. A package is a folder with a style.json
// and the files that it lists; whatever it says is checked before anybody relies on it,
// because packages come from strangers.
package style

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// ManifestFile is the name of the manifest in a package's folder.
const ManifestFile = "style.json"

// Format is the version of the manifest that is read here.
const Format = 1

// MaxFile is how many bytes a file of a package may have.
const MaxFile = 512 << 20

// Bounds on what else a package may ask of us.
const (
	maxManifest = 64 << 10
	maxLabel    = 80
	maxSide     = 4096  // of multipleOf and minimum, in pixels
	maxField    = 65536 // of receptiveField, in pixels
	maxRange    = 1e4
	maxVectors  = 256
)

// Manifest is style.json.
type Manifest struct {
	Format         int               `json:"format"`
	Name           string            `json:"name"`  // lower-case letters, digits and hyphens; the folder's name
	Label          string            `json:"label"` // for the artist
	Graph          string            `json:"graph"` // an ONNX file of the package
	Input          Input             `json:"input"`
	Painting       *Input            `json:"painting,omitempty"` // what the style is taken from, where the artist brings it
	Vectors        *Vectors          `json:"vectors,omitempty"`  // between the painting and the graph
	Alpha          string            `json:"alpha,omitempty"`    // the graph's input for how much of the style: one number
	Output         Output            `json:"output"`
	ReceptiveField int               `json:"receptiveField"` // pixels that one output pixel depends on, across; 0 is not known
	Licence        string            `json:"licence"`
	Origin         string            `json:"origin"`
	Files          map[string]string `json:"files"` // sha256 of every file, hexadecimal
}

// Input is a picture that a graph takes: float32, 1 × 3 × height × width, row 0 at the top.
type Input struct {
	Name       string      `json:"name"`
	Channels   string      `json:"channels"`       // "RGB" or "BGR"
	Range      [2]float64  `json:"range"`          // the values of sRGB 0 and 1
	Mean       *[3]float64 `json:"mean,omitempty"` // taken from the channels after that, in their order,
	Std        *[3]float64 `json:"std,omitempty"`  // and what the rest is divided by
	MultipleOf int         `json:"multipleOf"`     // width and height are multiples of it
	Minimum    int         `json:"minimum"`        // the least width and height, in pixels
	Size       *[2]int     `json:"size,omitempty"` // the only width and height; pictures are scaled to it and back
}

// Vectors are what a second graph makes of the painting, once for every painting.
type Vectors struct {
	Graph   string   `json:"graph"`   // an ONNX file of the package; takes the painting
	Outputs []string `json:"outputs"` // what it gives,
	Inputs  []string `json:"inputs"`  // and where that goes into the package's graph
}

// Output is what the graph gives, of the input's shape. Values beyond the range are clamped.
type Output struct {
	Name     string     `json:"name"`
	Channels string     `json:"channels"`
	Range    [2]float64 `json:"range"`
}

// Package is a style whose manifest has been checked. Its files are checked by Load.
type Package struct {
	Manifest
	ID     string // name@prefix, the prefix being 12 hexadecimal digits of style.json's sha256
	Folder string
}

var namePattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)
var filePattern = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$`)
var hashPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ValidName says whether a style may be called that.
func ValidName(name string) bool { return namePattern.MatchString(name) }

// Open reads and checks the manifest in a folder.
func Open(folder string) (*Package, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	data, err := read(root, ManifestFile, maxManifest)
	if err != nil {
		return nil, err
	}
	p := &Package{Folder: folder}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p.Manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(folder, ManifestFile), err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("%s: something follows the manifest", filepath.Join(folder, ManifestFile))
	}
	if err := p.Manifest.check(filepath.Base(folder)); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(folder, ManifestFile), err)
	}
	sum := sha256.Sum256(data)
	p.ID = p.Name + "@" + hex.EncodeToString(sum[:6])
	return p, nil
}

func (m *Manifest) check(folder string) error {
	switch {
	case m.Format != Format:
		return fmt.Errorf("format %d, this version reads %d", m.Format, Format)
	case !ValidName(m.Name):
		return fmt.Errorf("name %q is not made of lower-case letters, digits and hyphens", m.Name)
	case m.Name != folder:
		return fmt.Errorf("name %q in a folder called %q", m.Name, folder)
	case m.Label == "" || len(m.Label) > maxLabel || !utf8.ValidString(m.Label) || strings.ContainsFunc(m.Label, unicode.IsControl):
		return fmt.Errorf("label %q is not 1 to %d bytes of text", m.Label, maxLabel)
	case m.Files[m.Graph] == "":
		return fmt.Errorf("the graph %q is not one of the files", m.Graph)
	case m.ReceptiveField < 0 || m.ReceptiveField > maxField:
		return fmt.Errorf("receptiveField %d is not 0 to %d", m.ReceptiveField, maxField)
	}
	if err := m.Input.check("input"); err != nil {
		return err
	}
	if err := checkPort("output", m.Output.Name, m.Output.Channels, m.Output.Range); err != nil {
		return err
	}
	if m.Painting != nil {
		if err := m.Painting.check("painting"); err != nil {
			return err
		}
	}
	if m.Vectors != nil {
		if err := m.Vectors.check(m); err != nil {
			return err
		}
	}
	if m.Alpha != "" {
		if err := checkName("alpha", m.Alpha); err != nil {
			return err
		}
	}
	for name, sum := range m.Files {
		if !filePattern.MatchString(name) || name == ManifestFile {
			return fmt.Errorf("files: %q is not the name of a file beside %s", name, ManifestFile)
		}
		if !hashPattern.MatchString(sum) {
			return fmt.Errorf("files: the sha256 of %s is not 64 hexadecimal digits", name)
		}
	}
	return nil
}

func (in *Input) check(port string) error {
	switch {
	case in.MultipleOf < 1 || in.MultipleOf > maxSide:
		return fmt.Errorf("%s.multipleOf %d is not 1 to %d", port, in.MultipleOf, maxSide)
	case in.Minimum < 1 || in.Minimum > maxSide:
		return fmt.Errorf("%s.minimum %d is not 1 to %d", port, in.Minimum, maxSide)
	case in.Size != nil && (in.Size[0] < 1 || in.Size[1] < 1 || in.Size[0] > maxSide || in.Size[1] > maxSide):
		return fmt.Errorf("%s.size %v is not a width and a height of 1 to %d", port, *in.Size, maxSide)
	}
	for c := range 3 {
		if in.Mean != nil && !(math.Abs(in.Mean[c]) <= maxRange) {
			return fmt.Errorf("%s.mean %v is not within ±%g", port, *in.Mean, float64(maxRange))
		}
		if in.Std != nil && !(in.Std[c] >= 1e-3 && in.Std[c] <= maxRange) {
			return fmt.Errorf("%s.std %v is not 0.001 to %g", port, *in.Std, float64(maxRange))
		}
	}
	return checkPort(port, in.Name, in.Channels, in.Range)
}

func (v *Vectors) check(m *Manifest) error {
	switch {
	case m.Painting == nil:
		return errors.New("vectors without a painting that they are made of")
	case m.Files[v.Graph] == "":
		return fmt.Errorf("the graph %q of the vectors is not one of the files", v.Graph)
	case len(v.Outputs) == 0 || len(v.Outputs) > maxVectors || len(v.Outputs) != len(v.Inputs):
		return fmt.Errorf("vectors: %d outputs for %d inputs, wanted are as many of each, 1 to %d", len(v.Outputs), len(v.Inputs), maxVectors)
	}
	for i := range v.Outputs {
		if err := errors.Join(checkName("vectors.outputs", v.Outputs[i]), checkName("vectors.inputs", v.Inputs[i])); err != nil {
			return err
		}
	}
	return nil
}

func checkName(what, name string) error {
	if name == "" || len(name) > 256 || strings.ContainsRune(name, 0) {
		return fmt.Errorf("%s %q cannot be a tensor's", what, name)
	}
	return nil
}

func checkPort(port, name, channels string, r [2]float64) error {
	if err := checkName(port+".name", name); err != nil {
		return err
	}
	switch {
	case channels != "RGB" && channels != "BGR":
		return fmt.Errorf("%s.channels %q is neither RGB nor BGR", port, channels)
	// A NaN fails every comparison, so each condition says what is good.
	case !(r[0] >= -maxRange && r[1] <= maxRange && r[1]-r[0] >= 1e-3):
		return fmt.Errorf("%s.range %v is not two rising numbers within ±%g", port, r, float64(maxRange))
	}
	return nil
}

// Load reads every file of the package, compares it with its sha256 and gives the bytes
// of the graph and of the vectors' graph, where there is one: what was checked is what
// runs, whatever happens on disk later.
func (p *Package) Load() (graph, vectors []byte, err error) {
	root, err := os.OpenRoot(p.Folder)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	for name, want := range p.Files {
		data, err := read(root, name, MaxFile)
		if err != nil {
			return nil, nil, err
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
			return nil, nil, fmt.Errorf("%s is not the file that its manifest describes: its sha256 is %x, not %s",
				filepath.Join(p.Folder, name), sum, want)
		}
		if name == p.Graph {
			graph = data
		}
		if p.Vectors != nil && name == p.Vectors.Graph {
			vectors = data
		}
	}
	return graph, vectors, nil
}

// read gives a file's bytes. The root refuses links that lead out of it; a device or a
// pipe would keep us waiting.
func read(root *os.Root, name string, limit int64) ([]byte, error) {
	path := filepath.Join(root.Name(), name)
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
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
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
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
