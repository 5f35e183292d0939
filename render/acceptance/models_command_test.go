package acceptance

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/sys/unix"

	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// console runs impasto models with folders of the test's own, and gives what it printed.
func console(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	printed, err := consoleCommand(t, env, args...).CombinedOutput()
	return string(printed), err
}

func consoleCommand(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(filepath.Join(built(t), "bin/impasto"),
		append([]string{"models"}, args...)...)
	cmd.Env = append(append(os.Environ(), "IMPASTO_STYLE_PATH="), env...)
	return cmd
}

func writeFile(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestModels(t *testing.T) {
	home, studio := t.TempDir(), t.TempDir()
	net := filepath.Join(home, "My Net.onnx")
	writeFile(t, net, onnxtest.Identity())
	shipped, err := filepath.Glob(filepath.Join(built(t),
		"Impasto.ofx.bundle/Contents/Resources/styles/*"))
	if err != nil || len(shipped) == 0 {
		t.Fatal("the bundle holds no style", err)
	}
	user := []string{"XDG_DATA_HOME=" + home}
	slow := filepath.Join(home, "Slow Net.onnx")
	writeFile(t, slow, onnxtest.Slow(3, 8))
	onnxtest.Filters(t, home)
	half := filepath.Join(home, "half.onnx")
	writeFile(t, half, halfEncoder())
	onnxtest.WriteEncoder(t, home, "strange", onnxtest.Slow(3, 8), style.Encoder{
		Input: style.Input{Name: "x", Channels: "RGB", Range: [2]float64{-1, 1}},
		Style: []string{"y"}, Content: "conv1r"})
	for _, step := range []struct {
		env  []string
		args []string
		want string // "!" is a failure that says so
	}{
		{user, []string{"add", net, "--licence", "MIT"}, "put my-net into Style ID"},
		{user, []string{"list"}, "My Net"},
		{user, []string{"info", "my-net"}, filepath.Join(home, "impasto", "styles", "my-net")},
		{user, []string{"verify", "my-net"}, "is whole, and paints"},
		{user, []string{"add", net}, `!there is "my-net" in`},
		{user, []string{"add", net, "--range", "255"}, "!--range: a range is like 0-255"},
		{user, []string{"add", net, "--size", "512"}, "!--size: a size is like 720x720"},
		{user, []string{"add", net, "--mean", "1,2"}, "!--mean: wanted are three numbers"},
		{user, []string{"add", net, "--channels", "rgb"}, `!--channels: "rgb" is neither`},
		{append(user, "IMPASTO_STYLE_PATH="+filepath.Join(home, "none")+":"+studio),
			[]string{"add", net, "--name", "ours"}, studio},
		{user, []string{"info", "ours"}, `!the style "ours" is not in`},
		{user, []string{"remove", filepath.Base(shipped[0])}, "!stays in its bundle"},
		{user, []string{"add", filepath.Join(home, "filters")},
			"put filters into Style ID and connect a painting"},
		{user, []string{"add", filepath.Join(home, "filters")}, `!there is "filters" in`},
		{user, []string{"add", filepath.Join(home, "strange")},
			"!the operator Sigmoid, for which there is no gradient here"},
		{user, []string{"add", slow, "--as", "encoder", "--range", "-1-1", "--style",
			"conv0r,conv1r"}, "put slow-net into Style ID and connect a painting"},
		{user, []string{"verify", "slow-net"}, "is whole, and paints"},
		{user, []string{"info", "slow-net"}, "conv0r, conv1r"},
		{user, []string{"add", half, "--as", "encoder"},
			"put half into Style ID and connect a painting"},
		{user, []string{"verify", "half"}, "is whole, and paints"},
		{user, []string{"add", slow, "--as", "encoder", "--name", "guessed"},
			"minus [0.485 0.456 0.406]"},
		{user, []string{"add", slow, "--as", "encoder", "--name", "other", "--content", "nowhere"},
			`!has no layer "nowhere"`},
		{user, []string{"add", net, "--as", "encoder", "--name", "blind"},
			"!name layers with --style"},
		{user, []string{"add", net, "--as", "painter"}, `!--as: "painter" is neither`},
		{user, []string{"list"}, "(an encoder)"},
		{user, []string{"info", "filters"}, "conv0r, conv1r"},
		{user, []string{"verify", "filters"}, "is whole, and paints"},
		{user, []string{"remove", "filters"}, "Removed"},
		{user, []string{"info", "strange"}, `!the style "strange" is not in`},
		{user, []string{"remove", "my-net"}, "Removed"},
		{user, []string{"verify", "my-net"}, `!the style "my-net" is not in`},
		{user, []string{"paint"}, "!unknown command"},
	} {
		printed, err := console(t, step.env, step.args...)
		want, fails := strings.CutPrefix(step.want, "!")
		if (err != nil) != fails || !strings.Contains(printed, want) {
			t.Errorf("impasto models %s: %v, and not %q:\n%s", strings.Join(step.args, " "), err,
				want, printed)
		}
	}
	writeFile(t, filepath.Join(studio, "ours", "network.onnx"), onnxtest.Gain(2))
	if printed, err := console(t, []string{"IMPASTO_STYLE_PATH=" + studio}, "verify",
		"ours"); err == nil || !strings.Contains(printed, "sha256") {
		t.Errorf("a changed file: %v\n%s", err, printed)
	}
}

// halfEncoder is a network of half precision: a convolution and an activation, twice.
func halfEncoder() []byte {
	const half = 10 // ONNX's number for it
	var g onnxtest.Graph
	g.InputOf(half, "x", 1, 3, -1, -1)
	g.OutputOf(half, "y", 1, 3, -1, -1)
	from := "x"
	for _, to := range []string{"first", "y"} {
		weights := bytes.Repeat([]byte{0, 0x30, 0, 0xb4}, 41)[:2*81] // 0.125 and -0.25
		tensor := []byte{1 << 3, 3, 1 << 3, 3, 1 << 3, 3, 1 << 3, 3, 2 << 3, half, 8<<3 | 2,
			byte(len(to) + 1), 'w'}
		tensor = append(append(tensor, to...), 9<<3|2, 2*81&0x7f|0x80, 2*81>>7)
		g.Initializer(append(tensor, weights...))
		g.Node("Conv", []string{from, "w" + to}, "c"+to,
			map[string]any{"pads": []int64{1, 1, 1, 1}})
		g.Node("Relu", []string{"c" + to}, to, nil)
		from = to
	}
	return g.Bytes()
}

// What a stranger's file says of itself reaches the terminal as text.
func TestNothingThatTerminalsObey(t *testing.T) {
	const red = "\x1b[31m\x1b]0;pwned\x07\u009b31m"
	home := t.TempDir()
	var g onnxtest.Graph
	g.Input("x"+red, 1, 3, -1, -1)
	g.Node("Sigmoid", []string{"x" + red}, "y", nil)
	var broken onnxtest.Graph
	broken.Node("Relu"+red, []string{"x"}, "y", nil)
	named := filepath.Join(home, "net"+red+".onnx")
	writeFile(t, named, onnxtest.WithMetadata(g.Bytes(), "license", "MIT"+red))
	writeFile(t, filepath.Join(home, "broken.onnx"), broken.Bytes())
	for _, args := range [][]string{
		{"add", named, "--name", "red", "--range", "0-1"}, {"info", "red"}, {"list"},
		{"verify", "red"}, {"info", red}, {"add", named + red},
		{"add", filepath.Join(home, "broken.onnx")}, {"add", named, "--name", red},
		{"remove", "red"},
	} {
		printed, err := console(t, []string{"XDG_DATA_HOME=" + home}, args...)
		if strings.ContainsFunc(printed,
			func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }) {
			t.Errorf("impasto models %q prints what a terminal obeys, %v: %q", args, err, printed)
		}
		if args[0] == "info" && args[1] == "red" &&
			(err != nil || !strings.Contains(printed, "31m")) {
			t.Errorf("it says %v: %s", err, printed)
		}
	}
}

// Nothing outlives impasto models add when that is killed, but a folder that no bank looks
// at, which the next one removes.
func TestKilledWhileAdding(t *testing.T) {
	home := t.TempDir()
	endless, plain := filepath.Join(home, "endless.onnx"), filepath.Join(home, "plain.onnx")
	writeFile(t, endless, onnxtest.Endless())
	writeFile(t, plain, onnxtest.Identity())
	env := []string{"XDG_DATA_HOME=" + home}
	cmd := consoleCommand(t, env, "add", endless)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	trial := 0
	eventually(t, "a trial runs", func() bool {
		_, err := fmt.Sscan(children(cmd.Process.Pid), &trial)
		return err == nil && onnxtest.ProcessorTime(t, trial) > 1
	})
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	eventually(t, "the trial ends with what started it",
		func() bool { return unix.Kill(trial, 0) == unix.ESRCH })
	if printed, err := console(t, env, "add", plain); err != nil {
		t.Fatal(err, printed)
	}
	left, err := os.ReadDir(filepath.Join(home, "impasto", "styles"))
	if err != nil || len(left) != 1 || left[0].Name() != "plain" {
		t.Errorf("among the styles are %v, %v", left, err)
	}
}

// children are the processes that another one's threads started.
func children(pid int) (all string) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is valid
	for _, f := range files {
		some, _ := os.ReadFile(f) // a thread may have ended
		all += string(some)
	}
	return all
}

// eventually waits for what takes no time on a machine that has nothing else to do.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never comes to be that %s", what)
		}
	}
}

// What was made elsewhere is added as it is, the network before its styles.
func TestPackagesOfNetworks(t *testing.T) {
	home, made := t.TempDir(), t.TempDir()
	sitter := onnxtest.WriteNetwork(t, made, "sitter")
	id := onnxtest.WriteStyle(t, made, "night", sitter, []float32{0.5, 0.25, 0.125, 0.1, 0.2, 0.3})
	folder := filepath.Join(home, "impasto", "styles")
	for _, step := range []struct{ args, want string }{
		{"add night", `!cannot be used without its network: the network "` + sitter +
			`" is not in`},
		{"add sitter", "Added the network " + sitter},
		{"add night", "Added the style " + id + ". In the node, put night into Style ID"},
		{"add night", `!there is "night" in ` + folder},
		{"add night --name other", "!a finished package says of itself"},
		{"add none", "!no such file"},
		{"list", "Test night"},
		{"list", sitter},
		{"list", filepath.Join(folder, "night")},
		{"list", "(a network)"},
		{"info night", sitter},
		{"info night", "6 numbers"},
		{"info night", "made by a test"},
		{"info sitter", filepath.Join(folder, "sitter")},
		{"info sitter", "16 × 16 pixels by statistics.onnx"},
		{"verify night", id + " is whole, and paints"},
		{"verify sitter", sitter + " is whole, and paints"},
		{"remove sitter", `!the style "night" is of the network "sitter": remove that style first`},
		{"remove night", "Removed"},
		{"remove sitter", "Removed"},
		{"info sitter", `!the style "sitter" is not in`},
	} {
		args := strings.Fields(step.args)
		if args[0] == "add" {
			args[1] = filepath.Join(made, args[1])
		}
		printed, err := console(t, []string{"XDG_DATA_HOME=" + home}, args...)
		want, fails := strings.CutPrefix(step.want, "!")
		if (err != nil) != fails || !strings.Contains(printed, want) {
			t.Errorf("impasto models %s: %v, and not %q:\n%s", step.args, err, want, printed)
		}
	}
	if left, err := os.ReadDir(folder); len(left) > 0 || err != nil {
		t.Errorf("%v is left, %v", left, err)
	}
}

func TestModelsSuggests(t *testing.T) {
	if printed, err := console(t, nil, "ad"); err == nil ||
		!strings.Contains(printed, "Did you mean this?\n\tadd") {
		t.Errorf("%v:\n%s", err, printed)
	}
}
