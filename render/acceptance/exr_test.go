package acceptance

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"impasto.net/render/picture"
)

// realFile is one of OpenEXR's own example files.
type realFile struct {
	// crc is the CRC-32 of the main picture's pixels, as R, G, B, A floats, little-endian, from
	// another decoder than OpenEXR's C++ library: FFmpeg 5.1; of WideFloatRange OpenEXR's C
	// library.
	crc uint32
	// samples are pixels of luminance and chroma, computed in float64 with the published filter and
	// primaries.
	samples []sample
	refused string   // what is said of a file that cannot be taken
	lost    []string // what the output cannot keep
}

type sample struct {
	x, y    int
	r, g, b float64
}

const displayWindowCRC = 0x5c87e5ca // all of these show the same picture

var realFiles = map[string]realFile{
	"Beachball/multipart.0001.exr": {crc: 0xd94e9f75, lost: []string{
		"part 1 depth_left: Z", "part 2 forward_left: forward.u " +
			"forward.v", "part 3 whitebarmask_left: whitebarmask.mask",
		"part 4 rgba_left: A B G R", "part 5 depth_right: Z", "part 6 forward_right: forward.u " +
			"forward.v",
		"part 7 disparityL: disparityL.x " +
			"disparityL.y", "part 8 disparityR: disparityR.x disparityR.y",
		"part 9 whitebarmask_right: whitebarmask.mask"}},
	"Chromaticities/Rec709.exr": {crc: 0xd84731d5},
	"Chromaticities/XYZ.exr":    {crc: 0x8296d025},
	"DisplayWindow/t01.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t02.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t03.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t04.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t05.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t06.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t07.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t08.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t09.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t10.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t11.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t12.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t13.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t14.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t15.exr":     {crc: displayWindowCRC},
	"DisplayWindow/t16.exr":     {crc: displayWindowCRC},
	"LuminanceChroma/Flowers.exr": {samples: []sample{
		{100, 100, 1.76449, 1.69356, 3.67329}, {101, 100, 1.76703, 1.73110, 3.72677},
		{100, 101, 1.75447, 1.69622, 3.67649},
		{101, 101, 1.73378, 1.69357, 3.65546}, {400, 300, 0.36510, 0.39604, 1.03442},
		{333, 555, 0.16206, 0.15068, 0.69478},
		{700, 71, 0.45696, 0.33507, 0.90796}, {250, 600, 0.28910, 0.11706, 0.47782},
		{51, 401, 0.08169, 0.07723, 0.42143},
		{640, 402, 1.36960, 1.41421, 3.27502},
	}, lost: []string{"channels BY(2×2) RY(2×2) Y become B G R", "compression b44 becomes zip"}},
	"LuminanceChroma/Garden.exr": {crc: 0xe25048a5,
		lost: []string{"channels Y become B G R", "preview"}},
	"MultiResolution/ColorCodedLevels.exr": {crc: 0x5315f210,
		lost: []string{"compression pxr24 becomes zip", "levels below the first"}},
	"MultiResolution/PeriodicPattern.exr": {crc: 0xc4b0b230,
		lost: []string{"levels below the first"}},
	"ScanLines/Cannon.exr": {crc: 0x38addab8,
		lost: []string{"compression b44 becomes zip"}},
	"ScanLines/Carrots.exr":            {crc: 0x36db4aaa},
	"TestImages/AllHalfValues.exr":     {crc: 0xdef4d702},
	"TestImages/BrightRings.exr":       {crc: 0xba2e3506},
	"TestImages/BrightRingsNanInf.exr": {crc: 0xa0b626a1},
	"TestImages/GammaChart.exr": {crc: 0x7050793e,
		lost: []string{"compression pxr24 becomes zip"}},
	"TestImages/GrayRampsDiagonal.exr": {crc: 0xadebe14e,
		lost: []string{"channels Y become B G R", "compression pxr24 becomes zip"}},
	"TestImages/GrayRampsHorizontal.exr": {crc: 0x73eaac0a,
		lost: []string{"channels Y become B G R", "compression pxr24 becomes zip"}},
	"TestImages/RgbRampsDiagonal.exr": {crc: 0x05bfa1ed,
		lost: []string{"compression pxr24 becomes zip"}},
	"TestImages/SquaresSwirls.exr": {crc: 0xa0cd3272,
		lost: []string{"compression pxr24 becomes zip"}},
	"TestImages/WideColorGamut.exr": {crc: 0x462fadb2},
	"TestImages/WideFloatRange.exr": {crc: 0x73374ef3,
		lost: []string{"channels G become B G R", "compression pxr24 becomes zip"}},
	"TestImages/stripes.exr":       {crc: 0x10854b51},
	"v2/LowResLeftView/Balls.exr":  {refused: "it holds deep pixels only; flatten it"},
	"v2/LowResLeftView/Trunks.exr": {refused: "it holds deep pixels only; flatten it"},
}

// realEXR is the folder with them.
func realEXR(t *testing.T) string {
	t.Helper()
	root := os.Getenv("IMPASTO_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	root, err := filepath.Abs(filepath.Join(root, "exr"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no test data: %v", err)
	}
	return root
}

// Every real file goes through the node, which a black mask has leave it alone, and comes out with
// the pixels that another decoder finds in it, bit for bit, and with what its header says.
func TestRealOpenEXR(t *testing.T) {
	root := realEXR(t)
	s := newShot(t)
	table := []string{""}
	found := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".exr") {
			return err
		}
		found++
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		t.Run(name, func(t *testing.T) {
			row := s.throughTheNode(t, path, realFiles[name])
			table = append(table, fmt.Sprintf("%-37s %s", name, row))
		})
		return nil
	})
	if err != nil || found != len(realFiles) {
		t.Errorf("%d files, want %d (%v)", found, len(realFiles), err)
	}
	t.Log(strings.Join(table, "\n"))
}

// blackMask writes a mask of a picture's format that is 0 over all of it.
func (s *shot) blackMask(t *testing.T, path string) {
	plate, err := picture.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	mask := picture.New(plate.DataWindow.Union(plate.DisplayWindow))
	mask.DisplayWindow, mask.PixelAspect, mask.HasAlpha = plate.DisplayWindow, plate.PixelAspect, true
	clear(mask.Pix)
	if err := picture.Write(s.path("mask.exr"), mask); err != nil {
		t.Fatal(err)
	}
}

// throughTheNode renders a file, and says what it found for the table.
func (s *shot) throughTheNode(t *testing.T, path string, want realFile) string {
	args := []string{}
	if want.refused == "" {
		s.blackMask(t, path)
		args = []string{"--clip", "Mask=" + s.path("mask.exr")}
	}
	printed, code := s.finish(s.still(path, args...))
	if want.refused != "" {
		if code != 2 || !strings.Contains(printed, path+" cannot be read: "+want.refused) {
			t.Errorf("ended with %d:\n%s", code, printed)
		}
		return "refused: " + want.refused
	}
	if code != 0 || strings.Contains(printed, "copy of Source") {
		t.Fatalf("impasto render ended with %d:\n%s", code, printed)
	}
	back, err := picture.Read(s.path("out.exr"))
	if err != nil {
		t.Fatal(err)
	}
	pixels, err := binary.Append(nil, binary.LittleEndian, back.Pix)
	if err != nil {
		t.Fatal(err)
	}
	if got := crc32.ChecksumIEEE(pixels); want.samples == nil && got != want.crc {
		t.Errorf("the pixels' CRC is %08x, want %08x", got, want.crc)
	}
	for _, p := range want.samples {
		for c, v := range []float64{p.r, p.g, p.b} {
			if got := float64(back.Row(p.y)[4*p.x+c]); math.Abs(got-v) > 1e-3*max(p.r, p.g, p.b) {
				t.Errorf("channel %d at %d, %d is %g, want %g", c, p.x, p.y, got, v)
			}
		}
	}
	lost := lose(rawHeaders(t, path), rawHeaders(t, s.path("out.exr"))[0])
	if !slices.Equal(lost, want.lost) {
		t.Errorf("lost %q, want %q", lost, want.lost)
	}
	if lost == nil {
		return "keeps all"
	}
	return "loses " + strings.Join(lost, "; ")
}

// Copies of real files that are cut, have wrong bytes or lie about their sizes lie between two good
// frames. Each fails with a sentence, or is read as what it says; the good ones come out.
func TestBrokenOpenEXR(t *testing.T) {
	root := realEXR(t)
	for _, name := range []string{"DisplayWindow/t08.exr", "LuminanceChroma/Flowers.exr",
		"LuminanceChroma/Garden.exr",
		"MultiResolution/ColorCodedLevels.exr", "ScanLines/Cannon.exr", "ScanLines/Carrots.exr", "TestImages/WideFloatRange.exr",
		"TestImages/stripes.exr", "Beachball/multipart.0001.exr"} {
		t.Run(name, func(t *testing.T) {
			s := newShot(t)
			whole, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				t.Fatal(err)
			}
			copies, mustFail := brokenCopies(whole)
			copies = append(append([][]byte{whole}, copies...), whole)
			for i, content := range copies {
				if err := os.WriteFile(s.file("plate", i+1), content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := s.command(fmt.Sprintf("1-%d", len(copies)), "out", "--param", "mix=0",
				"--continue-on-error", "--threads", "2")
			printed, code := s.finish(cmd)
			if code != 1 || strings.Contains(printed, "goroutine ") {
				t.Fatalf("impasto render ended with %d:\n%s", code, printed)
			}
			// Linux counts from what this process had when it started the program.
			var own syscall.Rusage
			if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
				t.Fatal(err)
			}
			if used := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss; used > max(1<<20,
				own.Maxrss) {
				t.Errorf("it took %d MiB of memory", used>>10)
			}
			good, err := os.ReadFile(s.file("out", 1))
			if err != nil {
				t.Fatal(err)
			}
			if after, err := os.ReadFile(s.file("out", len(copies))); err != nil ||
				!bytes.Equal(good, after) {
				t.Errorf("the good frames differ (%v)", err)
			}
			failed := 0
			for frame := 2; frame < len(copies); frame++ {
				_, after, broken := strings.Cut(printed, fmt.Sprintf("frame %d  failed: clip "+
					"Source: %s ", frame, s.file("plate", frame)))
				sentence, _, _ := strings.Cut(after, "\n")
				switch written := s.exists(filepath.Base(s.file("out", frame))); {
				case broken == written:
					t.Errorf("frame %d: failed %v, written %v", frame, broken, written)
				case !broken && frame < 2+mustFail:
					t.Errorf("frame %d was read", frame)
				case broken:
					failed++
					t.Logf("frame %d %s", frame, sentence)
				}
			}
			t.Logf("%d of %d refused", failed, len(copies)-2)
		})
	}
}

// brokenCopies are copies of a file; the first of them cannot be read, the others perhaps.
func brokenCopies(whole []byte) (copies [][]byte, mustFail int) {
	for _, cut := range []int{2, 9, 150, len(whole) / 3, len(whole) / 2} {
		copies = append(copies, whole[:cut])
	}
	// change puts other bytes behind a word of the first header.
	change := func(word string, at int, bytes ...byte) {
		i := strings.Index(string(whole), word)
		if i >= 0 {
			c := slices.Clone(whole)
			copy(c[i+len(word)+at:], bytes)
			copies = append(copies, c)
		}
	}
	change("channels\x00chlist\x00", 0, 0xff, 0xff, 0xff, 0x7f)         // a size of 2 GB
	change("channels\x00chlist\x00", 0, 0xff, 0xff, 0xff, 0xff)         // and one below 0
	change("compression\x00compression\x00", 4, 99)                     // none that there is
	change("dataWindow\x00box2i\x00", 12, 0xff, 0xff, 0xff, 0x3f)       // a billion pixels wide
	change("dataWindow\x00box2i\x00", 16, 0xff, 0xff, 0xff, 0x3f)       // and high
	change("dataWindow\x00box2i\x00", 4, 0xff, 0xff, 0xff, 0x7f)        // ends before it begins
	change("dataWindow\x00box2i\x00", 12, 0xff, 0xff, 1, 0, 0xff, 0xff) // 2^33 pixels
	change("displayWindow\x00box2i\x00", 4, 0xff, 0xff, 0xff, 0x7f)
	change("tiles\x00tiledesc\x00", 4, 0, 0, 0, 0)
	change("tiles\x00tiledesc\x00", 4, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f)
	change("tiles\x00tiledesc\x00", 4, 1, 0, 0, 0, 1)
	mustFail = len(copies)
	random := rand.New(rand.NewPCG(uint64(len(whole)), 7))
	for i := range 24 {
		c := slices.Clone(whole)
		for range 1 << (i % 6) {
			at := random.IntN(len(c))
			if i%2 == 0 {
				at = random.IntN(min(len(c), 700)) // the header
			}
			c[at] = byte(random.Uint32())
		}
		copies = append(copies, c)
	}
	return copies, mustFail
}

// still is impasto render of one picture.
func (s *shot) still(path string, more ...string) *exec.Cmd {
	args := []string{"render", "--plugin", s.bundle, "--effect", effect, "--clip", "Source=" + path,
		"--frames", "1", "--out", s.path("out.exr")}
	cmd := exec.Command(filepath.Join(built(s.t), "bin/impasto"), append(args, more...)...)
	cmd.Env = s.env
	return cmd
}

// rawHeader is the attributes of a part, read apart from package picture: type and value by name.
type rawHeader map[string][2]string

func rawHeaders(t *testing.T, path string) []rawHeader {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	multipart := content[5]&0x10 != 0
	rest := string(content[8:])
	text := func() string {
		word, after, _ := strings.Cut(rest, "\x00")
		rest = after
		return word
	}
	var parts []rawHeader
	for {
		h := rawHeader{}
		for name := text(); name != ""; name = text() {
			kind := text()
			size := 4 + binary.LittleEndian.Uint32([]byte(rest))
			h[name] = [2]string{kind, rest[4:size]}
			rest = rest[size:]
		}
		if len(h) > 0 {
			parts = append(parts, h)
		}
		if len(h) == 0 || !multipart {
			return parts
		}
	}
}

// channels lists a part's channels.
func (h rawHeader) channels() []string {
	var names []string
	for list := h["channels"][1]; len(list) > 1; {
		name, rest, _ := strings.Cut(list, "\x00")
		if x, y := rest[8], rest[12]; x != 1 || y != 1 {
			name += fmt.Sprintf("(%d×%d)", x, y)
		}
		names = append(names, name)
		list = rest[16:]
	}
	return names
}

var rawCompressions = []string{"none", "rle", "zips", "zip", "piz", "pxr24", "b44", "b44a", "dwaa",
	"dwab"}

// lose lists what an output has lost of a file.
func lose(parts []rawHeader, out rawHeader) (lost []string) {
	in := parts[0]
	if a, b := strings.Join(in.channels(), " "), strings.Join(out.channels(), " "); a != b {
		lost = append(lost, "channels "+a+" become "+b)
	}
	if a, b := in["compression"][1], out["compression"][1]; a != b {
		lost = append(lost, "compression "+rawCompressions[a[0]]+" becomes "+rawCompressions[b[0]])
	}
	if a, b := in["tiles"], out["tiles"]; a != b {
		if a[1] != "" && b[1] != "" && a[1][:8] == b[1][:8] {
			lost = append(lost, "levels below the first")
		} else {
			lost = append(lost, "tiles")
		}
	}
	var others []string
	for name, value := range in {
		switch name {
		case "channels", "compression", "tiles": // above
		case "type", "chunkCount": // of the way that pixels lie in the file
		default:
			if out[name] != value {
				others = append(others, name)
			}
		}
	}
	slices.Sort(others)
	lost = append(lost, others...)
	for i, p := range parts[1:] {
		lost = append(lost,
			fmt.Sprintf("part %d %s: %s", i+1, p["name"][1], strings.Join(p.channels(), " ")))
	}
	return lost
}
