package style_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// What cannot be read as a folder is left out, and said; the other folders' styles are there.
func TestUnreadableFolders(t *testing.T) {
	studio, folder := t.TempDir(), filepath.Join(t.TempDir(), "file")
	onnxtest.WritePackage(t, studio, "one", onnxtest.Identity())
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	bank := style.Bank{folder, filepath.Join(folder, "below"), filepath.Join(studio, "none"),
		t.TempDir(), studio}
	if _, err := bank.Find("one"); err != nil {
		t.Error(err)
	}
	if all, broken := bank.All(); len(all) != 1 || len(broken) > 0 {
		t.Errorf("%d styles, %v", len(all), broken)
	}
	said := bank.Unreadable()
	if len(said) != 2 ||
		!strings.Contains(said[0].Error(),
			"the folder of styles "+folder+" cannot be read, and is left out: not a directory") {
		t.Errorf("said %v", said)
	}
	if _, err := bank.Find("two"); err == nil ||
		!strings.Contains(err.Error(), folder+" cannot be read") {
		t.Errorf("a style that may be there: %v", err)
	}
}
