package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/picture"
)

// Networks that went wrong once are added and paint, or are refused for what they are. The
// files lie beside the repository; the test is skipped where they do not.
func TestNetworksThatWentWrong(t *testing.T) {
	cases, err := filepath.Abs("../../../shared/cases")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(cases); err != nil {
		t.Skipf("the cases are missing: %v", err)
	}
	plate, err := picture.Read(onnxtest.Data(t, "photos", "skimage", "coffee.png"))
	if err != nil {
		t.Fatal(err)
	}
	s := newShot(t)
	if err := picture.Write(s.file("plate", 1), plate); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.path("styles"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file, found string // "!" is a refusal
		flags       []string
		styles      string // of those that are added, the one to paint in
	}{
		{file: "net-value-ranges/clip01_times255", found: "values 0 to 1, at"},
		{file: "net-value-ranges/clip_minus1_1", found: "values -1 to 1, at"},
		{file: "net-value-ranges/imagenet_in_and_out", found: "!--range"},
		{file: "net-value-ranges/imagenet_in_and_out", found: "divided by [0.229 0.224 0.225]",
			flags: []string{"--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"}},
		{file: "net-value-ranges/nhwc_add1_mul127", found: "values -1 to 1, at"},
		{file: "net-value-ranges/nhwc_tanh", found: "values -1 to 1, at"},
		{file: "quantised-input-range/octets_u8", found: "values 0 to 255, at"},
		{file: "quantised-input-range/unit_u8", found: "values 0 to 1, at"},
		{file: "net-fixed-odd-size/fixed_250x540", found: "multiples of 4"},
		{file: "net-fixed-odd-size/fixed_252x540", found: "multiples of 4"},
		{file: "net-fixed-odd-size/fixed_853x1279", found: "multiples of 4"},
		{file: "net-grey-output/one_channel_in_out", found: "values 0 to 255"},
		{file: "net-grey-output/one_channel_out", found: "values 0 to 255"},
		{file: "net-licence/with_licence", found: "Free for personal or research use"},
		{file: "net-random/h_random", found: "!RandomNormalLike makes noise"},
		{file: "net-random/h_dropout_training", found: "!Dropout is as in training"},
		{file: "net-style-vector/style_weights_3", found: "3 styles of one network, which mix",
			styles: "style-weights-3-2"},
		{file: "net-style-vector/style_index_int64", found: "2 styles of one network, which mix",
			styles: "style-index-int64-2"},
		{file: "net-messages/j_noopset", found: "!opset_import"},
		{file: "net-messages/j_opset5", found: "!version 5 of ONNX's operators"},
		{file: "net-messages/lfs_pointer", found: "!git lfs pull"},
		{file: "net-messages/o_ir14", found: "!version 14 of ONNX's file format"},
		{file: "net-messages/tflite", found: "!TensorFlow Lite"},
		{file: "net-messages/web_page", found: "!web page"},
		{file: "hostile-networks/dims0", found: "!4096 at the most"},
		{file: "hostile-networks/dims2", found: "!4096 at the most"},
		{file: "hostile-networks/escapes", found: "Added", flags: []string{"--range", "0-1"}},
		{file: "hostile-networks/polyglot", found: "Added", flags: []string{"--range", "0-1"}},
	} {
		t.Run(strings.Join(append([]string{c.file}, c.flags...), " "), func(t *testing.T) {
			s := *s
			s.t = t
			name := strings.NewReplacer("/", "-", "_", "-").Replace(c.file)
			args := append([]string{"add", filepath.Join(cases, c.file+".onnx")}, c.flags...)
			if c.styles == "" {
				args, c.styles = append(args, "--name", name), name
			}
			printed, code := s.models(args...)
			want, refused := strings.CutPrefix(c.found, "!")
			if refused != (code != 0) || !strings.Contains(printed, want) ||
				strings.Contains(printed, "onnxruntime_src") || strings.Contains(printed, "\x1b") {
				t.Fatalf("adding it ended with %d, and not %q:\n%q", code, c.found, printed)
			}
			if refused {
				return
			}
			s.must("1", name, "--param", "styleId="+c.styles)
			if painted := s.picture(name, 1); !strings.HasPrefix(c.file, "hostile") {
				s.looksPainted(plate, painted, false)
			}
		})
	}
}
