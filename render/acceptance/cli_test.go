package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A style that was added is not in the menu; who looks for it there is led on. The bundle is
// found without being named.
func TestAddedStyleInTheMenu(t *testing.T) {
	s := newShot(t)
	s.plates(1, 16, 16, nil)
	for name, want := range map[string]string{"style": "--param styleId=my-own",
		"styleB": "--param styleBId=my-own"} {
		cmd := exec.Command(filepath.Join(built(t), "bin/impasto"), "render", "--clip",
			"Source="+s.path("plate.####.exr"),
			"--out", s.path("out.####.exr"), "--param", name+"=my-own")
		cmd.Env = s.env
		if printed, code := s.finish(cmd); code != 2 || !strings.Contains(printed, want) {
			t.Errorf("it ended with %d, and not %q:\n%s", code, want, printed)
		}
	}
}

// A folder that cannot be read, as that of another user's home, does not stop the styles that ship.
// It is said once.
func TestUnreadableStyles(t *testing.T) {
	s := newShot(t)
	s.plates(2, 16, 16, nil)
	if err := os.WriteFile(s.path("file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, variable := range []string{"IMPASTO_STYLE_PATH", "XDG_DATA_HOME"} {
		cmd := s.command("1-2", "out")
		cmd.Env = append(cmd.Env, variable+"="+s.path("file"))
		if printed, code := s.finish(cmd); code != 0 ||
			strings.Count(printed, "The folder of styles "+s.path("file")) != 1 {
			t.Errorf("with %s it ended with %d:\n%s", variable, code, printed)
		}
		c := s.doctor(variable + "=" + s.path("file"))
		if len(c.Sections) < 5 || strings.Count(c.findings(), s.path("file")) != 1 ||
			!strings.Contains(c.value("node", "styles"), " paint") {
			t.Errorf("with %s the doctor found %s", variable, c.findings())
		}
	}
}

// A painting that is connected to a style that takes none is said to be of no use, once.
func TestPaintingOfNoUse(t *testing.T) {
	s := newShot(t)
	s.plates(2, 48, 48, nil)
	painting := "Style=" + s.path("plate.0001.exr")
	const warning = `The painting on Style is not used, because the style "The Scream (Munch)" is not taken from a painting`
	if printed, code := s.render("1-2", "out", "--clip", painting, "--param",
		"style=scream"); code != 0 || strings.Count(printed, warning) != 1 {
		t.Errorf("it ended with %d, and not %q:\n%s", code, warning, printed)
	}
	for _, more := range [][]string{{"--param", "style=scream"},
		{"--clip", painting, "--param", "style=sight", "--param", "iterations=1"}} {
		if printed, code := s.render("1", "out", more...); code != 0 ||
			strings.Contains(printed, "not used") {
			t.Errorf("%v ended with %d:\n%s", more, code, printed)
		}
	}
}
