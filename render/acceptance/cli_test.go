package acceptance

import (
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
	for name, want := range map[string]string{"style": "--param styleId=my-own", "styleB": "--param styleBId=my-own"} {
		cmd := exec.Command(filepath.Join(built(t), "bin/impasto"), "render", "--clip", "Source="+s.path("plate.####.exr"),
			"--out", s.path("out.####.exr"), "--param", name+"=my-own")
		cmd.Env = s.env
		if printed, code := s.finish(cmd); code != 2 || !strings.Contains(printed, want) {
			t.Errorf("it ended with %d, and not %q:\n%s", code, want, printed)
		}
	}
}
