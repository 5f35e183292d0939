package main

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"impasto.net/render/picture"
)

// Only whole frames of the plate's format, which Impasto wrote, are taken for frames. What else
// lies in their place is said, and rendered again: placeholders, what was cut off, others'
// pictures.
func TestSkipExistingTrustsWholeFramesOnly(t *testing.T) {
	for _, ending := range []string{".exr", ".png", ".jpg", ".tif", ".dpx"} {
		folder := shot(t)
		out := func(frame int) string {
			return filepath.Join(folder,
				fmt.Sprintf("out.%04d%s", frame, ending))
		}
		again := func() (stdout, stderr string) {
			t.Helper()
			stdout, stderr, code := run(t,
				command(folder, "--frames", "1-3,5", "--out", "out.%04d"+ending, "--skip-existing"))
			if code != 0 {
				t.Fatalf("%s: exit %d: %s%s", ending, code, stdout, stderr)
			}
			return stdout, stderr
		}
		again()
		if stdout, stderr := again(); strings.Count(stdout, "skipped: ") != 4 || stderr != "" {
			t.Errorf("%s: of whole frames it says\n%s%s", ending, stdout, stderr)
		}
		whole, err := os.ReadFile(out(2))
		if err != nil {
			t.Fatal(err)
		}
		other := filepath.Join(t.TempDir(), "other"+ending)
		if err := picture.Write(other, picture.New(image.Rect(0, 0, 4, 4))); err != nil {
			t.Fatal(err)
		}
		small, err := os.ReadFile(other)
		if err != nil {
			t.Fatal(err)
		}
		cut := "is cut off"
		if ending == ".tif" { // whose last bytes are who wrote it
			cut = "was not written"
		}
		for says, content := range map[string][]byte{
			"is empty":                   {},
			"was not written by Impasto": []byte("hello"),
			cut:                          whole[:len(whole)-1],
			"for out.0002" + ending:      whole[:len(whole)/2],
			"is a frame of 4 × 4 pixels and not of 8 × 4 pixels": small,
			"was not written by Impasto ": bytes.Replace(whole,
				[]byte("Impasto"), []byte("Painter"), 1),
		} {
			if err := os.WriteFile(out(2), content, 0o600); err != nil {
				t.Fatal(err)
			}
			stdout, stderr := again()
			if strings.Count(stdout, "skipped: ") != 3 ||
				!strings.Contains(stderr, "frame 2 is rendered again") ||
				!strings.Contains(stderr, strings.TrimSpace(says)) {
				t.Errorf("%s, %q: it says\n%s%s", ending, says, stdout, stderr)
			}
			if got, err := os.ReadFile(out(2)); err != nil || !bytes.Equal(got, whole) {
				t.Errorf("%s, %q: the frame is not what it was (%v)", ending, says, err)
			}
		}
	}
}

// Tiles, and photographs of several sizes, are frames as well.
func TestSkipExistingOfOtherFormats(t *testing.T) {
	folder := t.TempDir()
	for i, size := range []image.Point{{40, 30}, {20, 50}} {
		im := picture.New(image.Rectangle{Max: size})
		im.Tile, im.HasAlpha = image.Pt(16, 8), true
		im.DisplayWindow = im.DisplayWindow.Add(image.Pt(3, -7))
		if err := picture.Write(filepath.Join(folder, fmt.Sprintf("plate.%04d.exr", i+1)),
			im); err != nil {
			t.Fatal(err)
		}
	}
	for _, scale := range []string{"1", "0.5"} {
		args := []string{"--frames", "1-2", "--out", "out" + scale + ".%04d.exr", "--skip-existing",
			"--render-scale", scale}
		for _, skipped := range []int{0, 2} {
			stdout, stderr, code := run(t, command(folder, args...))
			if code != 0 || strings.Count(stdout, "skipped: ") != skipped || stderr != "" {
				t.Errorf("scale %s: exit %d: %s%s", scale, code, stdout, stderr)
			}
		}
	}
}
