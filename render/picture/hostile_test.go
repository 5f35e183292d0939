package picture

import (
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exrFiles are our own files of every compression, and the real ones where there are any.
func exrFiles(t *testing.T) map[string][]byte {
	files := map[string][]byte{}
	random := rand.New(rand.NewPCG(5, 6))
	for _, c := range Compressions() {
		im := New(image.Rect(-5, 3, 60, 70))
		for i := range im.Pix {
			im.Pix[i] = float32(random.IntN(20))
		}
		im.Compression, im.HasAlpha, im.Depth = c, true, Depth(c%2)
		path := filepath.Join(t.TempDir(), "own.exr")
		if err := Write(path, im); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files["own "+c.String()] = content
	}
	root := os.Getenv("IMPASTO_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	own := 0
	for _, folder := range []string{"testdata", filepath.Join(root, "exr")} {
		own = len(files)
		filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".exr") {
				if content, err := os.ReadFile(path); err == nil {
					files[path] = content
				}
			}
			return nil
		})
	}
	if len(files) == own {
		t.Log("no real OpenEXR files here: only our own are broken")
	}
	return files
}

// tries is how often to break a file: large ones take their time.
func tries(content []byte) int {
	return max(2, min(40, 500_000/len(content)))
}

func TestTruncatedFilesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cut.exr")
	random := rand.New(rand.NewPCG(7, 8))
	for name, content := range exrFiles(t) {
		cuts := []int{0, 1, 3, 4, 7, 8, 9, len(content) - 1}
		for range tries(content) {
			cuts = append(cuts, random.IntN(len(content)), random.IntN(min(len(content), 2000)))
		}
		whole := readsWhole(t, path, content)
		for _, cut := range cuts {
			if err := os.WriteFile(path, content[:cut], 0o600); err != nil {
				t.Fatal(err)
			}
			im, err := Read(path)
			switch {
			case err == nil && im == nil:
				t.Fatalf("%s cut at %d: neither a picture nor an error", name, cut)
			case err == nil && strings.HasPrefix(name, "own"):
				t.Errorf("%s cut at %d of %d was read", name, cut, len(content))
			case err != nil && whole && !strings.HasPrefix(err.Error(), path):
				t.Errorf("%s cut at %d: %v", name, cut, err)
			}
		}
	}
}

func readsWhole(t *testing.T, path string, content []byte) bool {
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Read(path)
	return err == nil
}

// A file with wrong bytes may be read wrong, but never brings the process down.
func TestDamagedFilesDoNoHarm(t *testing.T) {
	path := filepath.Join(t.TempDir(), "damaged.exr")
	random := rand.New(rand.NewPCG(9, 10))
	for _, content := range exrFiles(t) {
		for range tries(content) {
			damaged := append([]byte(nil), content...)
			for range 1 + random.IntN(8) {
				at := random.IntN(len(damaged))
				if random.IntN(2) == 0 {
					at = random.IntN(min(len(damaged), 600)) // the header
				}
				damaged[at] = byte(random.IntN(256))
			}
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			Read(path)
		}
	}
}

func TestHugeHeadersAreRefusedBeforeMemoryIsTaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge.exr")
	im := New(image.Rect(0, 0, 4, 4))
	if err := Write(path, im); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(content), "dataWindow\x00box2i\x00") +
		len("dataWindow\x00box2i\x00") + 4
	copy(content[at+8:], "\xff\xff\xff\x3f\xff\xff\xff\x3f")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil {
		t.Error("a picture of 2^60 pixels was read")
	}
}

func TestSentences(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, want := range map[string]string{
		filepath.Join(folder, "none.exr"):         "cannot be opened: no such file or directory",
		write("empty.exr", ""):                    "is empty",
		write("text.exr", "not a picture"):        "is not a picture that Impasto reads: OpenEXR, ",
		write("cut.png", "\x89PNG\r\n\x1a\n\x00"): "cannot be read: it is cut off",
		write("cut.jpg", "\xff\xd8\xff"):          "cannot be read: it is cut off",
		write("cut.exr",
			"v/1\x01\x02\x00\x00"): "cannot be read: its header is broken or cut off",
	} {
		_, err := Read(path)
		if err == nil || !strings.HasPrefix(err.Error(), path+" "+want) {
			t.Errorf("%v\nwant … %s", err, want)
		}
	}
	im := New(image.Rect(0, 0, 2, 2))
	newer := makeEXR(t, madePart{map[string]float32{"R": 1},
		[]Attribute{{"compression", "compression", []byte{10}}}})
	if _, err := Read(newer); err == nil || !strings.Contains(err.Error(),
		"its compression is HTJ2K, of OpenEXR 3.4, which cannot be read here; convert it") {
		t.Errorf("%v", err)
	}
	for path, want := range map[string]string{
		filepath.Join(folder, "a.gif"):      "pictures are written as .exr, .png",
		filepath.Join(folder, "no/a.exr"):   "cannot be written: no such file or directory",
		filepath.Join("/dev/full", "a.exr"): "cannot be written: not a directory",
	} {
		if err := Write(path, im); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant … %s", err, want)
		}
	}
}

// The library complains about some headers while it holds its lock.
func TestImpossiblePicturesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "impossible.exr")
	for name, change := range map[string]func(*Image){
		"no display window": func(im *Image) { im.DisplayWindow = image.Rectangle{} },
		"no pixels":         func(im *Image) { im.DataWindow = image.Rectangle{} },
		"no aspect":         func(im *Image) { im.PixelAspect = -1 },
	} {
		im := New(image.Rect(0, 0, 4, 4))
		change(im)
		if err := Write(path, im); err == nil {
			t.Errorf("%s: written", name)
		} else {
			t.Log(err)
		}
	}
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "taken.exr")
	if err := os.MkdirAll(filepath.Join(path, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, New(image.Rect(0, 0, 8, 8))); err == nil {
		t.Error("a picture was written over a folder")
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}
