package acceptance

import (
	"encoding/xml"
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
	checkPaths(t, script, regexp.MustCompile(`(?m)^ file (.*)$`), "../../build/demo/")
}

// The Natron project likewise.
func TestNatronExample(t *testing.T) {
	info := newShot(t).described("natron")[0]
	saved, err := os.ReadFile("../examples/impasto.ntp")
	if err != nil {
		t.Fatal(err)
	}
	type value struct {
		HasAnimation bool
	}
	type control struct {
		Name, ChoiceLabel string
		Values            []value `xml:"item"`
	}
	type node struct {
		ID       string    `xml:"Plugin_id"`
		Major    string    `xml:"Plugin_major_version"`
		Controls []control `xml:"item"`
		Inputs   []string  `xml:"Inputs_map>item>first"`
	}
	var project struct {
		Nodes []node `xml:"Project>NodesCollection>item"`
	}
	if err := xml.Unmarshal(saved, &project); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(project.Nodes, func(n node) bool { return n.ID == info.ID })
	if i < 0 || !strings.HasPrefix(info.Version, project.Nodes[i].Major+".") {
		t.Fatalf("no node is a %s of version %s", info.ID, info.Version)
	}
	of := general(t, info)
	for _, input := range project.Nodes[i].Inputs {
		if !slices.ContainsFunc(of.Clips, func(c ofx.ClipInfo) bool { return c.Name == input }) {
			t.Errorf("the node has no input %s", input)
		}
	}
	for _, c := range project.Nodes[i].Controls {
		switch c.Name {
		case "userTextArea", "Source_channels", "NatronOfxParamProcessA", "enableMask_Mask": // Natron's own
		default:
			checkControl(t, of, c.Name, c.ChoiceLabel,
				slices.Contains(c.Values, value{HasAnimation: true}))
		}
	}
	checkPaths(t, saved, regexp.MustCompile(`(?:<Value>|&lt;Value&gt;)([^<&]*/[^<&]*)`),
		"[Project]/../../build/demo/")
}

// general is the context with all of the clips.
func general(t *testing.T, info ofx.Info) ofx.ContextInfo {
	t.Helper()
	i := slices.IndexFunc(info.Contexts,
		func(c ofx.ContextInfo) bool { return c.Name == "General" })
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
func checkPaths(t *testing.T, project []byte, file *regexp.Regexp, demo string) {
	t.Helper()
	files := file.FindAllSubmatch(project, -1)
	if len(files) < 2 {
		t.Error("the project does not read and write")
	}
	for _, f := range files {
		if !strings.HasPrefix(string(f[1]), demo) {
			t.Errorf("%s is not in the demo's folder", f[1])
		}
	}
}
