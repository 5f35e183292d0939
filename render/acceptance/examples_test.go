package acceptance

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"impasto.net/render/ofx"
)

// The Nuke script uses the node as it is described to Nuke: its class, its inputs, and of its
// controls those that there are, with values that they take.
func TestNukeExample(t *testing.T) {
	info := newShot(t).described("nuke")[0]
	script, err := os.ReadFile("../examples/impasto.nk")
	if err != nil {
		t.Fatal(err)
	}
	// Nuke writes identifiers in lower case, and the major version after them.
	major, _, _ := strings.Cut(info.Version, ".")
	class := "OFX" + strings.ToLower(info.ID) + "_v" + major
	_, after, found := strings.Cut(string(script), "\n"+class+" {\n")
	body, _, closed := strings.Cut(after, "\n}")
	if !found || !closed {
		t.Fatalf("no node is of class %s", class)
	}
	of := general(t, info)
	for line := range strings.Lines(body) {
		knob, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch knob {
		case "name", "xpos", "ypos": // Nuke's own
		case "inputs":
			if n, err := strconv.Atoi(value); err != nil || n > len(of.Clips)-1 {
				t.Errorf("%s inputs, of clips %+v", value, of.Clips)
			}
		default:
			checkControl(t, of, knob, strings.Trim(value, `"`), strings.Contains(value, "{curve"))
		}
	}
	checkPaths(t, regexp.MustCompile(`(?m)^ file (.*)$`), string(script))
}

// general is the context with all of the clips.
func general(t *testing.T, info ofx.Info) ofx.ContextInfo {
	t.Helper()
	i := slices.IndexFunc(info.Contexts, func(c ofx.ContextInfo) bool { return c.Name == "General" })
	if i < 0 {
		t.Fatalf("no context General in %+v", info)
	}
	return info.Contexts[i]
}

// checkControl looks for a control of the node that has a name, is animated only if it can be,
// and has the option if it is a menu.
func checkControl(t *testing.T, of ofx.ContextInfo, name, value string, animated bool) {
	t.Helper()
	i := slices.IndexFunc(of.Params, func(p ofx.ParamInfo) bool { return p.Name == name })
	if i < 0 {
		t.Errorf("the node has no control %s", name)
		return
	}
	p := of.Params[i]
	if animated && !p.Animates {
		t.Errorf("%s does not animate", name)
	}
	if len(p.Options) > 0 && !slices.Contains(p.Options, value) {
		t.Errorf("%s has no option %q", name, value)
	}
}

// checkPaths wants files to be found from where the project is, wherever that is.
func checkPaths(t *testing.T, file *regexp.Regexp, project string) {
	t.Helper()
	files := file.FindAllStringSubmatch(project, -1)
	if len(files) == 0 {
		t.Error("the project has no files")
	}
	for _, f := range files {
		if !strings.HasPrefix(f[1], "../../build/demo/") {
			t.Errorf("%s is not in the demo's folder", f[1])
		}
	}
}
