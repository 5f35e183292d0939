package importer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vmihailenco/msgpack/v5"

	"impasto.net/bridge"
	"impasto.net/plugin/objective"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/style"
)

// mostStages is how deep layers are looked for that are not named: as in Gatys et al. 2015.
const mostStages = 5

// Values that networks for recognition are trained with, where nothing else is said.
var usualMean, usualStd = [3]float64{0.485, 0.456, 0.406}, [3]float64{0.229, 0.224, 0.225}

// AddEncoder makes an encoder's package of an ONNX file. Of the options Style and Content
// name its layers.
func (im *Importer) AddEncoder(ctx context.Context, path string,
	o *Options) (*style.Encoder, error) {
	o, err := o.described("an encoder", path)
	if err != nil {
		return nil, err
	}
	e := &style.Encoder{Package: style.Package{
		Format: style.Format, Name: o.Name, Origin: o.Origin, Files: map[string]string{},
	}, Label: o.Label, Graph: graphFile}
	target, err := im.place(e.Name, "choose another --name", func(folder string) ([]string, error) {
		file, model, err := bring(path)
		if err != nil {
			return nil, err
		}
		if len(model.Inputs) != 1 || !picture(model.Inputs[0]) {
			return nil, fmt.Errorf("%s: an encoder takes one picture; this network takes %s", path,
				describeAll(model.Inputs))
		}
		e.Licence = cmp.Or(o.Licence, licence(model))
		if e.Style, e.Content, err = layers(model, o); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		sum := sha256.Sum256(file)
		e.Files[graphFile] = hex.EncodeToString(sum[:])
		e.Input = style.Input{Name: model.Inputs[0].Name, Channels: findChannels(model, o),
			Range: [2]float64{0, 1}, Mean: o.Mean, Std: o.Std, MultipleOf: 1}
		if o.Range != nil {
			e.Input.Range = *o.Range
		} else if o.Mean == nil && o.Std == nil {
			e.Input.Mean, e.Input.Std = &usualMean, &usualStd
		}
		if err := os.Mkdir(folder, 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(folder, graphFile), file, 0o644); err != nil {
			return nil, err
		}
		return nil, im.findMinimum(ctx, folder, e)
	})
	if err != nil {
		return nil, err
	}
	return style.OpenEncoder(target)
}

// findMinimum writes the manifest with the smallest pictures that an encoder takes.
func (im *Importer) findMinimum(ctx context.Context, folder string, e *style.Encoder) error {
	var tried error
	for _, e.Input.Minimum = range []int{16, 32, 64, 128, 256} {
		data, err := json.MarshalIndent(e, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, style.EncoderFile), append(data, '\n'),
			0o644); err != nil {
			return err
		}
		opened, err := style.OpenEncoder(folder)
		if err != nil {
			return err
		}
		if tried = im.descend(ctx, opened); tried == nil || ctx.Err() != nil {
			break
		}
	}
	return tried
}

// layers are those that the options name, or else what Gatys et al. took of VGG: for the style
// the first layer that has seen an activation before every pooling, for the content the second
// one before the last of those. Branches count where they come together.
func layers(m *onnx.Model, o *Options) (styles []string, content string, err error) {
	stages := [][]string{nil}
	joins := []bool{false}
	for i := range m.Nodes {
		n := &m.Nodes[i]
		if n.Op == "Constant" || len(n.Outputs) == 0 {
			continue
		}
		if !objective.Knows(n.Op) {
			break
		}
		last := len(stages) - 1
		switch {
		case n.Op == "MaxPool" || n.Op == "AveragePool":
			stages, joins = append(stages, nil), append(joins, false)
		case n.Op == "Concat" && !joins[last]:
			stages[last], joins[last] = []string{n.Outputs[0]}, true
		case n.Op == "Concat" || n.Op == "Relu" && !joins[last]:
			stages[last] = append(stages[last], n.Outputs[0])
		}
	}
	stages = slices.DeleteFunc(stages, func(s []string) bool { return len(s) == 0 })
	stages = stages[:min(len(stages), mostStages)]
	for _, s := range stages {
		styles = append(styles, s[0])
	}
	if len(stages) > 0 {
		s := stages[max(0, len(stages)-2)]
		content = s[min(1, len(s)-1)]
	}
	if o.Style != "" {
		styles = strings.Split(o.Style, ",")
	}
	if o.Content != "" {
		content = o.Content
	}
	if len(styles) == 0 || content == "" {
		return nil, "", errors.New("no layer of it looks as if pictures could be compared by it: " +
			"name layers with --style a,b,c and --content d")
	}
	return styles, content, nil
}

// descend tries an encoder: two iterations from the known picture towards itself, as small
// as it takes one.
func (im *Importer) descend(ctx context.Context, e *style.Encoder) error {
	side := max(e.Input.Minimum, 1)
	known := (&specimen{}).known(side, side, unit)
	picture := bridge.Image{Window: bridge.Window{0, 0, side, side}, Channels: 4,
		RowBytes: 16 * side}
	for i, n := 0, side*side; i < n; i++ {
		for _, v := range []float32{known.Values[i], known.Values[n+i], known.Values[2*n+i], 1} {
			picture.Pixels = binary.LittleEndian.AppendUint32(picture.Pixels, math.Float32bits(v))
		}
	}
	frame := bridge.NewFrame(picture, bridge.SpaceSRGB)
	frame.Style, frame.Painting = e.Folder,
		&bridge.Painting{Space: bridge.SpaceSRGB, Image: picture}
	frame.Descent.Iterations = 2
	job, err := msgpack.Marshal(&bridge.Optimise{Render: frame, Optimiser: bridge.OptimiserLBFGS})
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, im.Engine, "optimise", e.Folder)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	_, _ = in.Write(job) // what goes wrong with that it says itself
	err = cmd.Wait()
	if said := strings.TrimPrefix(strings.TrimSpace(complaint.String()),
		"impasto optimise: "); err != nil && said != "" {
		return errors.New(said)
	}
	return err
}
