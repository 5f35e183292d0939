package style

import "fmt"

// maxLayers is how many layers of an encoder may be compared.
const maxLayers = 32

// Encoder is encoder.json: a network that sees, which pictures are compared by. It does for a
// style, in which a plate is optimised. Layers are tensors of its graph, outputs or not.
type Encoder struct {
	Package
	Label   string   `json:"label"` // for the artist
	Graph   string   `json:"graph"` // an ONNX file of the package
	Input   Input    `json:"input"`
	Style   []string `json:"style"`   // the layers that a painting is compared at
	Content string   `json:"content"` // the layer that the plate is compared at
}

// OpenEncoder reads and checks the manifest of an encoder in a folder.
func OpenEncoder(folder string) (*Encoder, error) {
	e := &Encoder{}
	if err := open(folder, EncoderFile, e); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *Encoder) check() error {
	if err := checkLabel(e.Label); err != nil {
		return err
	}
	switch {
	case e.Files[e.Graph] == "":
		return fmt.Errorf("the graph %q is not one of the files", e.Graph)
	case len(e.Style) == 0 || len(e.Style) > maxLayers:
		return fmt.Errorf("style has %d layers, wanted are 1 to %d", len(e.Style), maxLayers)
	case e.Input.Size != nil || e.Input.MultipleOf > 1:
		return fmt.Errorf("input: an encoder takes pictures of all sizes from the minimum on")
	}
	for _, layer := range append([]string{e.Content}, e.Style...) {
		if err := checkName("a layer", layer); err != nil {
			return err
		}
	}
	return e.Input.check("input")
}
