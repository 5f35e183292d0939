package bridge

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pair is two ends of a connection: the first as a Conn, the second raw.
func pair(t *testing.T) (*Conn, *os.File) {
	t.Helper()
	c, f, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); f.Close() })
	return c, f
}

func frame(body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte(magic), uint32(len(body))), body...)
}

func TestMemoryTravels(t *testing.T) {
	a, f := pair(t)
	b, err := NewConn(f)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()

	file, err := NewMemory(4096)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	mine, err := MapMemory(file)
	if err != nil {
		t.Fatal(err)
	}
	defer Unmap(mine)
	copy(mine, "from here")

	m, err := NewMessage(KindPing, 9, &Ping{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Send(m, file); err != nil {
		t.Fatal(err)
	}
	got, attached, err := b.Receive()
	if err != nil {
		t.Fatal(err)
	}
	if got.Kind != KindPing || got.ID != 9 || attached == nil {
		t.Fatalf("received %v with %v", got, attached)
	}
	defer attached.Close()
	theirs, err := MapMemory(attached)
	if err != nil {
		t.Fatal(err)
	}
	defer Unmap(theirs)
	copy(theirs[9:], " and there")
	if want := "from here and there"; string(mine[:len(want)]) != want {
		t.Errorf("the memory holds %q", mine[:len(want)])
	}
	if err := file.Truncate(0); err == nil {
		t.Error("sealed memory could be cut")
	}
}

func TestMemoryThatCouldShrinkIsRefused(t *testing.T) {
	fd, err := unix.MemfdCreate("test", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		t.Fatal(err)
	}
	unsealed := os.NewFile(uintptr(fd), "unsealed")
	defer unsealed.Close()
	if err := unsealed.Truncate(4096); err != nil {
		t.Fatal(err)
	}
	plain, err := os.Create(t.TempDir() + "/plain")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	for _, f := range []*os.File{unsealed, plain} {
		if _, err := MapMemory(f); err == nil {
			t.Errorf("%s was mapped", f.Name())
		}
	}
}

func TestLargeInlineMessage(t *testing.T) {
	a, f := pair(t)
	b, err := NewConn(f)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	pixels := bytes.Repeat([]byte{1, 2, 3, 4, 5, 6, 7}, 3<<20)
	sent := make(chan error, 1)
	go func() { sent <- a.SendFields(KindDone, 1, &Done{Pixels: pixels}) }()
	m, _, err := b.Receive()
	if err != nil {
		t.Fatal(err)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	var done Done
	if err := m.Decode(&done); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(done.Pixels, pixels) {
		t.Error("the pixels changed on the way")
	}
}

func TestBrokenFrames(t *testing.T) {
	huge := binary.BigEndian.AppendUint32([]byte(magic), MaxBody+1)
	lying := append(binary.BigEndian.AppendUint32([]byte(magic), MaxBody), 0x93)
	for _, c := range []struct {
		name  string
		bytes []byte
		want  string
	}{
		{"nothing", nil, io.EOF.Error()},
		{"half a header", []byte("IMP"), io.ErrUnexpectedEOF.Error()},
		{"not ours", []byte("HTTP/1.1 200 OK\r\n"), "not the start of a message"},
		{"over the limit", huge, "over the limit"},
		{"shorter than it says", lying, "cut short"},
		{"no array", frame([]byte{0xc0}), "parts"},
		{"two parts", frame([]byte{0x92, 0xa1, 'x', 1}), "2 parts"},
		{"no kind", frame([]byte{0x93, 1, 1, 0x80}), "without a kind"},
		{"no id", frame([]byte{0x93, 0xa1, 'x', 0xa1, 'y'}), "without an id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, f := pair(t)
			if _, err := f.Write(c.bytes); err != nil {
				t.Fatal(err)
			}
			f.Close()
			if _, _, err := a.Receive(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("received with %v, want %q", err, c.want)
			}
		})
	}
}

// A peer that promises a quarter of a gigabyte and sends nothing must not make us take it.
func TestMemoryIsForWhatArrived(t *testing.T) {
	a, f := pair(t)
	if _, err := f.Write(append(binary.BigEndian.AppendUint32([]byte(magic), MaxBody),
		0x93)); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := a.SetReceiveDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Receive(); err == nil {
		t.Fatal("a message that never came was received")
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Errorf("took %d bytes", took)
	}
}

func TestSecondDescriptorIsRefused(t *testing.T) {
	a, f := pair(t)
	fd := int(f.Fd())
	body := frame([]byte{0x93, 0xa4, 'p', 'i', 'n', 'g', 1, 0x80})
	if err := unix.Sendmsg(fd, body, unix.UnixRights(fd, fd), nil, 0); err != nil {
		t.Fatal(err)
	}
	open := countDescriptors(t)
	if _, _, err := a.Receive(); err == nil || !strings.Contains(err.Error(), "descriptors") {
		t.Errorf("received with %v", err)
	}
	if now := countDescriptors(t); now != open {
		t.Errorf("%d descriptors are open, %d were before", now, open)
	}
}

func countDescriptors(t *testing.T) int {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(fds)
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields []byte
	}{
		{"nothing", nil},
		{"another type", []byte{0x81, 0xa5, 's', 't', 'y', 'l', 'e', 1}},
		{"a field that is not known", []byte{0x81, 0xa5, 'c', 'o', 'l', 'o', 'r', 0xa0}},
		{"something behind", []byte{0x80, 0x80}},
		{"nesting without end", append([]byte{0x81, 0xa5, 's', 't', 'y', 'l', 'e'},
			bytes.Repeat([]byte{0x91}, 64<<20)...)},
		{"unknown nesting without end",
			append([]byte{0x81, 0xa1, 'x'}, bytes.Repeat([]byte{0x91}, 64<<20)...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p Prepare
			if err := (Message{KindPrepare, 1, c.fields}).Decode(&p); err == nil {
				t.Errorf("read as %+v", p)
			}
		})
	}
}

func TestImageCheck(t *testing.T) {
	const memory = 1 << 20
	good := Image{Window: Window{-8, -8, 8, 8}, Channels: 4, RowBytes: 256, Offset: memory - 4096}
	if err := good.Check(4, memory); err != nil {
		t.Errorf("%+v: %v", good, err)
	}
	for name, change := range map[string]func(*Image){
		"empty":               func(im *Image) { im.Window[2] = -8 },
		"inside out":          func(im *Image) { im.Window = Window{8, 8, -8, -8} },
		"beyond all bounds":   func(im *Image) { im.Window[0] = -1 << 62 },
		"too many pixels":     func(im *Image) { im.Window = Window{0, 0, 1 << 20, 1 << 20} },
		"another depth":       func(im *Image) { im.Channels = 1 },
		"rows too short":      func(im *Image) { im.RowBytes = 252 },
		"rows going back":     func(im *Image) { im.RowBytes = -256 },
		"rows without end":    func(im *Image) { im.RowBytes = 1 << 62 },
		"rows out of step":    func(im *Image) { im.RowBytes = 258 },
		"behind the memory":   func(im *Image) { im.Offset += 4 },
		"before the memory":   func(im *Image) { im.Offset = -4 },
		"offset out of step":  func(im *Image) { im.Offset = 2 },
		"pixels in both":      func(im *Image) { im.Pixels = make([]byte, 4096) },
		"offset beyond bound": func(im *Image) { im.Offset = 1<<63 - 8 },
	} {
		im := good
		change(&im)
		if err := im.Check(4, memory); err == nil {
			t.Errorf("%s: %+v passed", name, im)
		}
	}
	inline := Image{Window: Window{0, 0, 1, 2}, Channels: 1, RowBytes: 4, Pixels: make([]byte, 7)}
	if err := inline.Check(1, 0); err == nil {
		t.Error("too few inline pixels passed")
	}
}

func TestRenderCheck(t *testing.T) {
	size := Size{Scale: [2]float64{1, 1}, PixelAspect: 1, Detail: 1, TextureScale: 1}
	for _, mix := range []float64{0, 0.25, 1} {
		r := Render{Space: SpaceLinear, StyleMix: mix, Size: size, Device: Device{Kind: DeviceAuto},
			Painting: &Painting{Space: SpaceSRGB}}
		if err := r.Check(); err != nil {
			t.Errorf("style mix %g: %v", mix, err)
		}
	}
	for name, r := range map[string]Render{
		"no number":            {Space: SpaceLinear, Size: size, StyleMix: math.NaN()},
		"less than nothing":    {Space: SpaceLinear, Size: size, StyleMix: -0.1},
		"more than all":        {Space: SpaceLinear, Size: size, StyleMix: math.Inf(1)},
		"a space of the plate": {Space: "log", Size: size},
		"one of the painting":  {Space: SpaceLinear, Size: size, Painting: &Painting{}},
		"statistics of nothing": {Space: SpaceLinear, Size: size,
			Statistics: Statistics{Window: &Window{5, 5, 5, 9}}},
		"no size": {Space: SpaceLinear},
		"no scale": {Space: SpaceLinear,
			Size: Size{PixelAspect: 1, Detail: 1, TextureScale: 1}},
		"a scale of no number": {Space: SpaceLinear,
			Size: Size{[2]float64{1, math.NaN()}, 1, 1, 1, nil}},
		"no iterations": {Space: SpaceLinear, Size: size,
			Descent: &Descent{TextureCrop: [4]float64{0, 0, 1, 1}}},
		"endless iterations": {Space: SpaceLinear, Size: size,
			Descent: &Descent{Iterations: MaxIterations + 1, TextureCrop: [4]float64{0, 0, 1, 1}}},
		"more than a painting": {Space: SpaceLinear, Size: size,
			Descent: &Descent{Iterations: 1, TextureCrop: [4]float64{0, 0, 1, 1.01}}},
		"a strange name": {Space: SpaceLinear, Size: size,
			Descent: &Descent{Iterations: 1, TextureCrop: [4]float64{0, 0, 1, 1},
				After: make([]byte, KeptBytes-1)}},
		"a crop of no number": {Space: SpaceLinear, Size: size,
			Descent: &Descent{Iterations: 1, TextureCrop: [4]float64{0, 0, 1, math.NaN()}}},
		"a format of nothing": {Space: SpaceLinear,
			Size: Size{[2]float64{1, 1}, 1, 1, 1, &[4]float64{0, 0, 0, 9}}},
		"a format of no number": {Space: SpaceLinear,
			Size: Size{[2]float64{1, 1}, 1, 1, 1, &[4]float64{0, 0, math.NaN(), 9}}},
		"an endless format": {Space: SpaceLinear,
			Size: Size{[2]float64{1, 1}, 1, 1, 1, &[4]float64{0, 0, math.Inf(1), 9}}},
		"endless pixels": {Space: SpaceLinear,
			Size: Size{[2]float64{1, 1}, math.Inf(1), 1, 1, nil}},
	} {
		r.Device.Kind = DeviceCPU
		if err := r.Check(); err == nil {
			t.Errorf("%s passed", name)
		}
	}
	for _, d := range []Device{{}, {Kind: "GPU"}, {Kind: DeviceGPU, Index: -1},
		{Kind: DeviceGPU, Index: MaxDevice}, {Kind: DeviceGPU, Precision: 8},
		{Kind: DeviceCPU, Memory: -1}, {Kind: DeviceCPU, Memory: MaxMemory + 1}} {
		if err := (&Render{Space: SpaceLinear, Size: size, Device: d}).Check(); err == nil {
			t.Errorf("%+v passed", d)
		}
	}
}

func FuzzReceive(f *testing.F) {
	for _, v := range vectors {
		body, err := os.ReadFile(vectorPath(v.name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := parse(body)
		if err != nil {
			return
		}
		for _, v := range vectors {
			if v.kind != m.Kind {
				continue
			}
			fields := reflect.New(reflect.TypeOf(v.fields).Elem()).Interface()
			if m.Decode(fields) != nil {
				return
			}
			if r, ok := fields.(*Render); ok && r.Plate.Check(4, 1<<20) == nil &&
				r.Plate.Offset+r.Plate.Size() > 1<<20 {
				t.Errorf("%+v passed and lies outside its memory", r.Plate)
			}
			return
		}
	})
}
