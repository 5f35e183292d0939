package bridge

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

var update = flag.Bool("update", false, "write the vectors anew: only when the protocol changes")

// vectors are frame bodies that the C and the Go codec both have to make and read. Their
// bytes are checked in and were compared with an independent msgpack implementation
// (Python's); README in their folder lists the fields for the C side.
var vectors = []struct {
	name   string
	kind   Kind
	id     uint64
	fields any
}{
	{"hello", KindHello, 1, &Hello{ProtocolVersion, "Impasto.ofx", "0.1.0", 8, true}},
	{"lane", KindLane, 0, &Lane{}},
	{"prepare", KindPrepare, 300, &Prepare{"great-wave@0123456789ab", Device{DeviceGPU, 1, 16, 0}}},
	{"render_shared", KindRender, 70000, &Render{
		Style: "great-wave@0123456789ab", StyleB: "côte@ba9876543210", StyleMix: 0.75,
		Unrealness: 4.5, Noise: 0.5, Frame: 1001.5, Space: SpaceLinear, Premultiplied: true,
		ExposureIn: 1.5, ExposureOut: -2, KeepColour: 0.5, Mix: 0.25, MaskInvert: true,
		Size: Size{Scale: [2]float64{0.5, 0.25}, PixelAspect: 2, Detail: 0.75, TextureScale: 1.5,
			Format: &[4]float64{0, 0, 959.5, 270.25}},
		Descent: &Descent{Iterations: 64, TextureCrop: [4]float64{0.25, 0, 1, 0.5}, Seed: 7,
			MatchMask: true, After: bytes.Repeat([]byte{0xab}, KeptBytes)},
		Statistics: Statistics{
			Window: &Window{0, 0, 1920, 1080},
			Held: &Image{Window: Window{100, 50, 612, 306}, Channels: 4, RowBytes: 8192,
				Offset: 42024960},
		},
		Plate: Image{Window: Window{-10, -20, 1910, 1060}, Channels: 4, RowBytes: 30720},
		Mask: &Image{Window: Window{0, 0, 1900, 1000}, Channels: 1, RowBytes: 7616,
			Offset: 33177600},
		Output: Image{Window: Window{0, 0, 640, 480}, Channels: 4, RowBytes: 10240,
			Offset: 40796160},
		Device: Device{DeviceGPU, 2, 32, 6000},
	}},
	{"render_inline", KindRender, 1 << 32, &Render{
		Style: "great-wave", Frame: -3, Space: SpaceSRGB, Noise: 1, Mix: 1,
		Size: Size{Scale: [2]float64{1, 1}, PixelAspect: 1, Detail: 1, TextureScale: 1},
		Plate: Image{Window: Window{0, 0, 1, 1}, Channels: 4, RowBytes: 16,
			Pixels: []byte{0, 0, 0, 63, 0, 0, 128, 63, 0, 0, 192, 127, 0, 0, 128, 63}},
		Output: Image{Window: Window{0, 0, 1, 1}, Channels: 4, RowBytes: 16},
		Device: Device{Kind: DeviceAuto},
	}},
	{"render_painting", KindRender, 70001, &Render{
		Style: "anything", Frame: 7, Space: SpaceLinear, Noise: 1, Mix: 1,
		Size:       Size{Scale: [2]float64{1, 1}, PixelAspect: 1, Detail: 1, TextureScale: 1},
		Descent:    &Descent{Iterations: 256, TextureCrop: [4]float64{0, 0, 1, 1}, Seed: 1},
		Plate:      Image{Window: Window{0, 0, 640, 480}, Channels: 4, RowBytes: 10240},
		Statistics: Statistics{Window: &Window{-5, 0, 635, 480}},
		Painting: &Painting{SpaceSRGB, true, Image{
			Window: Window{0, 0, 512, 256}, Channels: 4, RowBytes: 8192, Offset: 4915200,
		}},
		Output: Image{Window: Window{0, 0, 640, 480}, Channels: 4, RowBytes: 10240,
			Offset: 7012352},
		Device: Device{Kind: DeviceCPU},
	}},
	{"cancel", KindCancel, 70000, &Cancel{}},
	{"ping", KindPing, 5, &Ping{}},
	{"welcome", KindWelcome, 1, &Welcome{ProtocolVersion, "impasto-host", "0.1.0"}},
	{"progress", KindProgress, 70000, &Progress{0.5, "painting"}},
	{"done", KindDone, 70000, &Done{Device: "the CPU, 8 threads", Cached: true,
		Timings: Timings{1, 200, 3000, 400000, 5000, 70000000000}, Kept: bytes.Repeat([]byte{0xcd},
			KeptBytes), Warning: "A painting is not used.", Style: "Côte"}},
	{"done_inline", KindDone, 1 << 32,
		&Done{Pixels: []byte{0, 0, 0, 63, 0, 0, 128, 63, 0, 0, 192, 127, 0, 0, 128, 63}}},
	{"pong", KindPong, 5, &Pong{}},
	{"error", KindError, 70000,
		&Error{CodeStyle, "The style \"x\" is not here.", "open x: no such file"}},
}

func vectorPath(name string) string { return filepath.Join("vectors", name+".msgpack") }

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			m, err := NewMessage(v.kind, v.id, v.fields)
			if err != nil {
				t.Fatal(err)
			}
			start, err := m.body()
			if err != nil {
				t.Fatal(err)
			}
			body := append(start, m.Fields...)
			if *update {
				if err := os.WriteFile(vectorPath(v.name), body, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(vectorPath(v.name))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(body, want) {
				t.Errorf("encoded\n%x, the vector is\n%x", body, want)
			}

			got, err := parse(want)
			if err != nil {
				t.Fatal(err)
			}
			if got.Kind != v.kind || got.ID != v.id {
				t.Errorf("read %s %d, want %s %d", got.Kind, got.ID, v.kind, v.id)
			}
			fields := reflect.New(reflect.TypeOf(v.fields).Elem())
			if err := got.Decode(fields.Interface()); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(fields.Interface(), v.fields) {
				t.Errorf("read %+v, want %+v", fields.Interface(), v.fields)
			}
		})
	}
}
