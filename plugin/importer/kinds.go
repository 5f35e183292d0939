package importer

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"

	"impasto.net/plugin/onnx"
)

// kinds are files that people have in place of a network in ONNX, by how they begin.
var kinds = []struct {
	offset int
	begins string
	is     string
}{
	{0, "version https://git-lfs",
		"a Git LFS pointer, which says where the network is and is not the network: run git lfs " +
			"pull where it came from, or download the file itself"},
	{0, "<", "a web page and not the network that it shows: download the file itself, on GitHub " +
		"with Download raw file"},
	{0, "{", "JSON and not a network: download the file itself, or convert what it belongs to " +
		"with a tool for that, such as tf2onnx or tensorflowjs"},
	{4, "TFL3",
		"a network of TensorFlow Lite: convert it with python -m tf2onnx.convert --tflite " +
			"net.tflite --output net.onnx"},
	{4, "ORTM", "a network in ONNX Runtime's own format: add the ONNX file that it was made of"},
	{0, "PK\x03\x04",
		"an archive, as PyTorch and Keras keep networks in: unpack it, or export the network " +
			"with torch.onnx.export or tf2onnx"},
	{0, "\x80\x02",
		"PyTorch's weights without their network: export the network with torch.onnx.export"},
	{0, "\x89HDF", "a network of Keras: convert it with tf2onnx"},
	{0, "\x1f\x8b", "compressed: unpack it with gunzip or tar"},
	{0, "\x89PNG", "a picture"},
	{0, "\xff\xd8\xff", "a picture"},
	{0, "GGUF", "a language model"},
}

// kind says what a file is that cannot be read as ONNX; the error is what is wrong with it
// otherwise.
func kind(file []byte, err error) error {
	file = bytes.TrimLeft(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")), " \t\r\n")
	for _, k := range kinds {
		if k.offset < len(file) && bytes.HasPrefix(file[k.offset:], []byte(k.begins)) {
			return errors.New("this is " + k.is)
		}
	}
	return err
}

var tooNew = regexp.MustCompile(`Unsupported model IR version: (\d+), max supported IR version: (\d+)`)

// explained says what to do where ONNX Runtime cannot load a network, as far as that is known.
func explained(m *onnx.Model, err error) error {
	found := tooNew.FindStringSubmatch(err.Error())
	switch {
	case found != nil:
		return fmt.Errorf("it is in version %s of ONNX's file format, and this ONNX Runtime "+
			"reads versions up to %s: export it with an older exporter, "+
			"or have Python's onnx save it with ir_version = %[2]s", found[1], found[2])
	case m.OperatorSet == 0:
		return errors.New("it does not say which version of ONNX's operators it is written in " +
			"(opset_import): export it again, with opset 11 or newer")
	case m.OperatorSet < 7:
		return fmt.Errorf("it is written in version %d of ONNX's operators (opset), and ONNX "+
			"Runtime knows them from version 7 on: export it again, "+
			"or convert it with onnx.version_converter of Python's onnx (%w)", m.OperatorSet, err)
	}
	return err
}
