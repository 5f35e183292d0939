package style

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxLabel = 80

// Style is style.json: a style of a network that many share, or one that brings a network
// of its own.
type Style struct {
	Package
	Label   string `json:"label"`             // for the artist
	Network string `json:"network,omitempty"` // the ID of the network that it is a style of
	// a file of the package: what the network takes for it
	Vector  string `json:"vector,omitempty"`
	*Graphs        // nil where there is a vector
}

// Open reads and checks the manifest of a style in a folder.
func Open(folder string) (*Style, error) {
	s := &Style{}
	if err := open(folder, ManifestFile, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Any is a style, a network or an encoder: one of them.
type Any struct {
	Style   *Style
	Network *Network
	Encoder *Encoder
}

// OpenAny reads and checks the manifest in a folder, whichever it is.
func OpenAny(folder string) (a Any, err error) {
	switch have, _ := kind(folder); have {
	case NetworkFile:
		a.Network, err = OpenNetwork(folder)
	case EncoderFile:
		a.Encoder, err = OpenEncoder(folder)
	default:
		a.Style, err = Open(folder)
	}
	return a, err
}

// Head is what all packages have.
func (a Any) Head() *Package {
	switch {
	case a.Network != nil:
		return &a.Network.Package
	case a.Encoder != nil:
		return &a.Encoder.Package
	}
	return &a.Style.Package
}

// checkLabel checks what the artist reads in a menu.
func checkLabel(label string) error {
	if label == "" || len(label) > maxLabel || !utf8.ValidString(label) ||
		strings.ContainsFunc(label, unicode.IsControl) {
		return fmt.Errorf("label %q is not 1 to %d bytes of text", label, maxLabel)
	}
	return nil
}

func (s *Style) check() error {
	if err := checkLabel(s.Label); err != nil {
		return err
	}
	switch {
	case s.Graphs == nil && s.Network == "":
		return errors.New("it names neither a network with a vector nor a graph of its own")
	case s.Graphs == nil && !validID(s.Network):
		return fmt.Errorf("network %q is not a name, @ and 12 hexadecimal digits", s.Network)
	case s.Graphs == nil && s.Files[s.Vector] == "":
		return fmt.Errorf("the vector %q is not one of the files", s.Vector)
	case s.Graphs == nil:
		return nil
	case s.Network != "" || s.Vector != "":
		return errors.New("it names a network or a vector, and has a graph of its own: one is " +
			"too much")
	case s.Half != "" || s.Norms != nil:
		return fmt.Errorf("half and norms are for %s", NetworkFile)
	}
	return s.Graphs.check(s.Files)
}

// LoadVector checks the files of a style and gives its vector, of as many finite numbers
// as the style's network takes.
func (s *Style) LoadVector(length int) ([]float32, error) {
	return s.loadVector(s.Vector, s.Network, length)
}

// loadVector reads a vector for a network.
func (p *Package) loadVector(file, network string, length int) ([]float32, error) {
	files, err := p.Load(file)
	if err != nil {
		return nil, err
	}
	data, path := files[0], filepath.Join(p.Folder, file)
	if len(data) != 4*length {
		return nil, fmt.Errorf("%s has %d bytes, and %s takes vectors of %d numbers, %d bytes",
			path, len(data), network, length, 4*length)
	}
	vector := make([]float32, length)
	for i := range vector {
		vector[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		if vector[i]-vector[i] != 0 {
			return nil, fmt.Errorf("%s: number %d is %g", path, i, vector[i])
		}
	}
	return vector, nil
}
