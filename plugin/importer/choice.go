package importer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/style"
)

// choice is the input by which a network chooses among styles that it has inside: a vector
// with a weight for each.
type choice struct {
	input  string
	styles int
}

// Names of the files of such a network and its styles.
const (
	weightsFile = "weights.onnx"
	vectorFile  = "style.vector"
)

// only is the vector of one style, counted from 0.
func (c *choice) only(i int) network.Tensor {
	values := make([]float32, c.styles)
	values[i] = 1
	return network.Tensor{Shape: []int64{int64(c.styles)}, Values: values}
}

// findChoice looks for it, and gives the file in which it is a vector.
func findChoice(file []byte) ([]byte, *choice, error) {
	file, input, n, err := onnx.Choices(file)
	if err != nil || n == 0 {
		return file, nil, err
	}
	return file, &choice{input, n}, nil
}

// share makes the packages of a network that was examined and of its styles, which mix as any
// others of one network do: their vectors are the weights.
func (im *Importer) share(ctx context.Context, folder string, m *style.Style, c *choice,
	o *Options) (styles []string, err error) {
	switch {
	case m.Painting != nil || m.Alpha != "":
		return nil, errors.New("it chooses among styles that it has inside, and takes a painting " +
			"or a strength as well: " +
			"a style can have one of these")
	case m.Input.Size != nil:
		return nil, fmt.Errorf("it chooses among %d styles, and takes pictures of %d × %d pixels "+
			"only: "+
			"styles that share a network take all sizes, so export it with free ones",
			c.styles, m.Input.Size[0], m.Input.Size[1])
	}
	work := filepath.Dir(folder)
	n := &style.Network{Package: m.Package, Graphs: *m.Graphs}
	n.Name = o.Name
	n.Norms = &style.Norms{
		Graph: weightsFile, Picture: "picture", Size: 1, Style: "weights", Length: c.styles,
		Output: "given", Input: c.input,
	}
	if err := os.WriteFile(filepath.Join(work, weightsFile), passed(n.Norms), 0o644); err != nil {
		return nil, err
	}
	if err := write(folder, work, &n.Package, style.NetworkFile, n, n.Graph,
		weightsFile); err != nil {
		return nil, err
	}
	if n, err = style.OpenNetwork(folder); err != nil {
		return nil, err
	}
	digits := len(fmt.Sprint(c.styles))
	for i := range c.styles {
		s := &style.Style{Package: style.Package{Format: style.Format, Licence: m.Licence,
			Files:  map[string]string{},
			Name:   fmt.Sprintf("%s-%0*d", o.Name, digits, i+1),
			Origin: fmt.Sprintf("style %d of %d, %s", i+1, c.styles, o.Origin)},
			Label: fmt.Sprint(o.Label, " ", i+1), Network: n.ID, Vector: vectorFile}
		raw := make([]byte, 0, 4*c.styles)
		for _, v := range c.only(i).Values {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		if err := os.WriteFile(filepath.Join(work, vectorFile), raw, 0o644); err != nil {
			return nil, err
		}
		if err := write(filepath.Join(work, s.Name), work, &s.Package, style.ManifestFile, s,
			vectorFile); err != nil {
			return nil, err
		}
		if _, err := style.Open(filepath.Join(work, s.Name)); err != nil {
			return nil, err
		}
		styles = append(styles, s.Name)
	}
	return styles, im.paintShared(ctx, n, c.only(c.styles-1).Values)
}

// passed is the graph that gives a style's vector on as it is.
func passed(n *style.Norms) []byte {
	var g onnx.Graph
	length := []int64{int64(n.Length)}
	g.Input(onnx.Port{Name: n.Picture, Type: onnx.TypeFloat,
		Shape: []int64{1, 3, int64(n.Size), int64(n.Size)}})
	g.Input(onnx.Port{Name: n.Style, Type: onnx.TypeFloat, Shape: length})
	g.Output(onnx.Port{Name: n.Output, Type: onnx.TypeFloat, Shape: length})
	g.Node("Identity", []string{n.Style}, []string{n.Output}, nil)
	return g.Bytes()
}

// write makes a package's folder of files that lie in the working folder, and its manifest.
func write(folder, work string, p *style.Package, manifest string, m any, files ...string) error {
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(work, name))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		p.Files[name] = hex.EncodeToString(sum[:])
		if err := os.Rename(filepath.Join(work, name), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, manifest), append(data, '\n'), 0o644)
}
