package sequence

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFrames(t *testing.T) {
	for list, want := range map[string][]int{
		"7":             {7},
		"1-5":           {1, 2, 3, 4, 5},
		"1-10x3":        {1, 4, 7, 10},
		"1-9x3,120":     {1, 4, 7, 120},
		"5-1":           {5, 4, 3, 2, 1},
		"10-1x4":        {10, 6, 2},
		"-3--1":         {-3, -2, -1},
		"-1-1":          {-1, 0, 1},
		"1-3, 2-5":      {1, 2, 3, 4, 5},
		"3,3,3":         {3},
		"0001-0003":     {1, 2, 3},
		"2147483647":    {2147483647},
		"1-1":           {1},
		"1-2x100":       {1},
		"1001-1048x100": {1001},
	} {
		if got, err := ParseFrames(list); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v, want %v", list, got, err, want)
		}
	}
	for list, want := range map[string]string{
		"":             "is not a list of frames: write 1001-1048",
		"1-":           "is not a list of frames",
		"1,,2":         "is not a list of frames",
		"1-5x":         "is not a list of frames",
		"1-5x0":        "a step of 0 goes nowhere",
		"1-5x-1":       "is not a list of frames",
		"a-b":          "is not a list of frames",
		"1.5":          "is not a list of frames",
		"1-9999999999": "9999999999 is out of range",
		"1-2147483647": "has more than 8640000 frames",
	} {
		if got, err := ParseFrames(list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want … %s", list, got, err, want)
		}
	}
}

func TestFormatFrames(t *testing.T) {
	for want, frames := range map[string][]int{
		"":           nil,
		"7":          {7},
		"1-3":        {1, 2, 3},
		"1,3,5-6":    {1, 3, 5, 6},
		"-3--1,1001": {-3, -2, -1, 1001},
	} {
		if got := FormatFrames(frames); got != want {
			t.Errorf("%v are %s, want %s", frames, got, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	for pattern, want := range map[string]string{
		"plate.%04d.exr":    "plate.0017.exr",
		"plate.####.exr":    "plate.0017.exr",
		"plate.#.exr":       "plate.17.exr",
		"plate.%d.exr":      "plate.17.exr",
		"plate.%01d.exr":    "plate.17.exr",
		"%04d/plate.%04d":   "0017/plate.0017",
		"50%%.%03d.png":     "50%.017.png",
		"sh%#t %#3.####.x":  "sh#t #3.0017.x",
		"still.exr":         "still.exr",
		"a b/пластина.##.x": "a b/пластина.17.x",
	} {
		p, err := ParsePattern(pattern)
		if err != nil || p.Path(17) != want {
			t.Errorf("%s: %s, %v, want %s", pattern, p.Path(17), err, want)
		}
		if still := pattern == "still.exr"; p.Still() != still {
			t.Errorf("%s: still %v", pattern, p.Still())
		}
	}
	p, _ := ParsePattern("x.%04d")
	for frame, want := range map[int]string{-5: "x.-005", 123456: "x.123456", 0: "x.0000"} {
		if got := p.Path(frame); got != want {
			t.Errorf("frame %d is %s, want %s", frame, got, want)
		}
	}
	for pattern, want := range map[string]string{
		"":               "is empty",
		"x.%s.exr":       "%s.exr is no place for a frame's number",
		"x.%4d.exr":      "write %04d",
		"%04d/x.%d":      "in two widths",
		"sh#t/x.####":    "write %# for a # of the name",
		"x.%099d.exr":    "a frame number of 99 digits",
		"half.100%":      "% is no place for a frame's number",
		"%04d and %V.ex": "%V.ex is no place",
	} {
		if _, err := ParsePattern(pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want … %s", pattern, err, want)
		}
	}
}

func TestExisting(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a.0003.exr", "a.0001.exr", "a.-002.exr", "a.10000.exr",
		"a.2.exr", "a.0005.png",
		"a.x.exr", "a..exr", "a.0007.exr.part", "b.0004.exr",
		"shot[1]/0001/c.0001.exr", "shot[1]/0002/c.0002.exr", "shot[1]/0003/c.0001.exr"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string][]int{
		"a.%04d.exr":              {-2, 1, 3, 10000},
		"a.%d.exr":                {2, 10000},
		"a.####.png":              {5},
		"c.####.exr":              nil,
		"shot[1]/####/c.####.exr": {1, 2},
		"still.exr":               nil,
	} {
		p, err := ParsePattern(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Existing(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v, want %v", pattern, got, err, want)
		}
	}
	t.Chdir(folder)
	p, _ := ParsePattern("b.%04d.exr")
	if got, err := p.Existing(); err != nil || !slices.Equal(got, []int{4}) {
		t.Errorf("in the folder itself: %v, %v", got, err)
	}
	p, _ = ParsePattern("none/b.%04d.exr")
	if _, err := p.Existing(); err == nil ||
		!strings.Contains(err.Error(), "none/b.%04d.exr cannot be read: ") {
		t.Errorf("no folder: %v", err)
	}
}
