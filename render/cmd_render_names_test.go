package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A # of a file's or a folder's name is written %#; what is wrong without says so.
func TestNamesWithHash(t *testing.T) {
	folder := shot(t)
	if err := os.Mkdir(filepath.Join(folder, "sh#t_010"), 0o700); err != nil {
		t.Fatal(err)
	}
	for old, name := range map[string]string{"plate.0002.exr": "plate #3.exr",
		"plate.0003.exr": "sh#t_010/a.0001.exr"} {
		if err := os.Rename(filepath.Join(folder, old), filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	for clip, says := range map[string]string{
		"plate %#3.exr":          "",
		"sh%#t_010/a.####.exr":   "",
		"sh%#t_010/a.0001.exr":   "",
		"plate #3.exr":           "write %# for a # that is in the name",
		"sh#t_010/a.####.exr":    "write %# for a # of the name",
		"sh#t_010/none.0001.exr": "there is no file",
	} {
		c := command(folder, "--frames", "1", "--out", "o%#.exr")
		c.Args[7] = "Source=" + clip
		if out, errs, code := run(t, c); (says == "") != (code == 0) ||
			!strings.Contains(errs, says) {
			t.Errorf("%s: exit %d\n%s%s", clip, code, out, errs)
		}
		if says == "" && len(files(t, folder, "o#.exr")) != 1 {
			t.Errorf("%s: no o#.exr", clip)
		}
		os.Remove(filepath.Join(folder, "o#.exr"))
	}
}
