package onnx

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"

	"impasto.net/bridge/regular"
)

// Where tensors are in an ONNX file, as field numbers of onnx.proto: every message kind,
// its fields that are messages of interest, and their kinds.
var fields = map[string]map[protowire.Number]string{
	"Model":    {modelGraph: "Graph", modelFunctions: "Function"},
	"Graph":    {graphNode: "Node", graphInitializer: "Tensor", graphSparse: "SparseTensor"},
	"Function": {functionNode: "Node", functionAttribute: "Attribute"},
	"Node":     {nodeAttribute: "Attribute"},
	"Attribute": {
		attributeTensor: "Tensor", attributeGraph: "Graph", attributeTensors: "Tensor",
		attributeGraphs: "Graph",
		attributeSparse: "SparseTensor", attributeSparseTensors: "SparseTensor",
	},
	"SparseTensor": {sparseValues: "Tensor", sparseIndices: "Tensor"},
}

const maxDepth = 100 // of subgraphs; protobuf's own limit

var errDeep = errors.New("an ONNX file with graphs nested too deep")

// RefuseExternalData says no to a graph that has its weights in other files: those would
// not be what was checked.
func RefuseExternalData(graph []byte) error { return walk(graph, "Model", 0) }

func walk(b []byte, kind string, depth int) error {
	if depth > maxDepth {
		return errDeep
	}
	name, external := "", false
	for len(b) > 0 {
		field, wire, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errCut
		}
		b = b[n:]
		size := protowire.ConsumeFieldValue(field, wire, b)
		if size < 0 {
			return errCut
		}
		value := b[:size]
		b = b[size:]
		if wire == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(value)
		}
		if kind == "Tensor" {
			switch field {
			case tensorName:
				name = string(value)
			case tensorExternalData:
				external = true
			case tensorDataLocation:
				external = external || len(value) != 1 || value[0] != 0
			}
			continue
		}
		if inner := fields[kind][field]; inner != "" && wire == protowire.BytesType {
			if err := walk(value, inner, depth+1); err != nil {
				return err
			}
		}
	}
	if external {
		return fmt.Errorf("the graph keeps its tensor %q in another file: it has to be exported "+
			"with its weights inside", name)
	}
	return nil
}

// Inline gives the file with the weights inside that it keeps in other files: those have
// to be in the folder, its subfolders included, and all of it together not more than limit
// bytes.
func Inline(file []byte, folder string, limit int64) ([]byte, error) {
	if RefuseExternalData(file) == nil {
		return file, nil
	}
	root, err := regular.OpenRoot(folder) // no link leads out of it
	if err != nil {
		return nil, err
	}
	defer root.Close()
	in := inliner{root: root, limit: limit, left: limit - int64(len(file))}
	return in.message(file, "Model", 0)
}

type inliner struct {
	root        *os.Root
	limit, left int64
}

func (in *inliner) message(b []byte, kind string, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, errDeep
	}
	if kind == "Tensor" {
		return in.tensor(b)
	}
	return rewrite(b, func(field protowire.Number, value []byte) ([][]byte, bool, error) {
		inner := fields[kind][field]
		if inner == "" {
			return nil, false, nil
		}
		with, err := in.message(value, inner, depth+1)
		return [][]byte{with}, true, err
	})
}

// tensor is a tensor with its values in it.
func (in *inliner) tensor(b []byte) ([]byte, error) {
	name, external, said := "", false, map[string]string{}
	err := each(b, func(field protowire.Number, value []byte, number uint64) error {
		switch field {
		case tensorName:
			name = string(value)
		case tensorDataLocation:
			external = number != 0
		case tensorExternalData:
			key, text, err := entry(value)
			said[key] = text
			return err
		}
		return nil
	})
	if err != nil || !external && len(said) == 0 {
		return b, err
	}
	values, err := in.read(said["location"], said["offset"], said["length"])
	if err != nil {
		return nil, fmt.Errorf("the graph keeps its tensor %q in the file %q, %w", name,
			said["location"], err)
	}
	stripped, err := rewrite(b, func(field protowire.Number, _ []byte) ([][]byte, bool, error) {
		return nil, field == tensorRawData || field == tensorExternalData ||
			field == tensorDataLocation, nil
	})
	return bytesField(stripped, tensorRawData, values), err
}

// read reads a part of a file: all from the offset on where the length is empty. Errors go
// on with a sentence that says which file it is.
func (in *inliner) read(location, offset, length string) ([]byte, error) {
	if !filepath.IsLocal(location) {
		return nil, errors.New("which is not in the network's own folder: copy it there and " +
			"export the network so that it says so, or with its weights inside")
	}
	f, err := regular.OpenIn(in.root, location, os.O_RDONLY, 0)
	if errors.Is(err, regular.ErrNot) {
		return nil, errors.New("which is not a file")
	}
	if err != nil {
		return nil, fmt.Errorf("which has to be in the network's own folder and cannot be read "+
			"there: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	from, n := int64(0), int64(0)
	if offset != "" {
		if from, err = strconv.ParseInt(offset, 10, 64); err != nil || from < 0 ||
			from > st.Size() {
			return nil, fmt.Errorf("from %q on, and that file has %d bytes: it was changed or "+
				"cut short, so copy it again", offset, st.Size())
		}
	}
	if n = st.Size() - from; length != "" {
		rest := n
		if n, err = strconv.ParseInt(length, 10, 64); err != nil || n < 0 || n > rest {
			return nil, fmt.Errorf("%q bytes of it, and there are %d: it was changed or cut "+
				"short, so copy it again", length, rest)
		}
	}
	if in.left -= n; in.left < 0 {
		return nil, fmt.Errorf("which makes it all larger than %d MB, and a style's network has "+
			"that at the most", in.limit>>20)
	}
	values := make([]byte, n)
	_, err = io.ReadFull(io.NewSectionReader(f, from, n), values)
	return values, err
}
