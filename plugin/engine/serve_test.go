package engine

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// onCPU is where tests paint whatever the machine has.
var onCPU = bridge.Device{Kind: bridge.DeviceCPU}

// client talks to an engine as impasto-host does.
type client struct {
	t      testing.TB
	conn   *bridge.Conn
	id     uint64
	closed chan struct{} // when the engine has closed the connection
	wait   func() error  // for the engine, where it is a process

	mutex   sync.Mutex
	answers map[uint64]chan bridge.Message
	stages  []bridge.Progress
}

// newClient connects to a new engine in this process and greets it.
func newClient(t testing.TB, bank string) *client {
	t.Helper()
	return greeted(t, started(t, bank))
}

// started is an engine in this process, and the runtime.
func started(t testing.TB, bank string) *engine {
	t.Helper()
	onnxtest.Start(t)
	return newEngine(style.Bank{bank}, 0, hclog.NewNullLogger())
}

// greeted connects to an engine and greets it.
func greeted(t testing.TB, e *engine) *client {
	t.Helper()
	c := connect(t, e)
	c.greet()
	return c
}

func (c *client) greet() {
	c.t.Helper()
	var w bridge.Welcome
	c.ask(bridge.KindHello, &bridge.Hello{Protocol: bridge.ProtocolVersion, Program: "test",
		Threads: 2}, nil, bridge.KindWelcome, &w)
}

func connect(t testing.TB, e *engine) *client {
	t.Helper()
	conn, theirs, err := bridge.Pair()
	if err != nil {
		t.Fatal(err)
	}
	other, err := bridge.NewConn(theirs)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		e.serve(other)
		other.Close()
	}()
	t.Cleanup(func() { <-ended })
	return newTalk(t, conn)
}

func newTalk(t testing.TB, conn *bridge.Conn) *client {
	c := &client{t: t, conn: conn, answers: make(map[uint64]chan bridge.Message),
		closed: make(chan struct{})}
	go c.receive()
	t.Cleanup(func() { conn.Close() })
	return c
}

func (c *client) receive() {
	for {
		m, _, err := c.conn.Receive()
		c.mutex.Lock()
		if err != nil {
			for _, a := range c.answers {
				close(a)
			}
			c.answers = nil
			c.mutex.Unlock()
			close(c.closed)
			return
		}
		if m.Kind == bridge.KindProgress {
			var p bridge.Progress
			if err := m.Decode(&p); err != nil {
				c.t.Error(err)
			}
			c.stages = append(c.stages, p)
		} else if a := c.answers[m.ID]; a != nil {
			a <- m
			delete(c.answers, m.ID)
		} else {
			c.t.Errorf("%s %d answers nothing", m.Kind, m.ID)
		}
		c.mutex.Unlock()
	}
}

// send starts a request; the channel brings its answer, or is closed with the connection.
func (c *client) send(kind bridge.Kind, fields any, memory *os.File) (uint64, chan bridge.Message) {
	c.t.Helper()
	answer := make(chan bridge.Message, 1)
	c.mutex.Lock()
	c.id++
	id := c.id
	if c.answers == nil {
		close(answer)
	} else {
		c.answers[id] = answer
	}
	c.mutex.Unlock()
	m, err := bridge.NewMessage(kind, id, fields)
	if err == nil {
		err = c.conn.Send(m, memory)
	}
	if err != nil {
		c.t.Error(err)
	}
	return id, answer
}

// read waits for an answer. The wanted kind is decoded into fields.
func (c *client) read(answer chan bridge.Message, want bridge.Kind, fields any) {
	c.t.Helper()
	select {
	case m, ok := <-answer:
		if !ok {
			c.t.Fatal("the connection was closed")
		}
		if m.Kind != want {
			var e bridge.Error
			m.Decode(&e)
			c.t.Fatalf("answered with %s: %v", m.Kind, &e)
		}
		if err := m.Decode(fields); err != nil {
			c.t.Fatal(err)
		}
	case <-time.After(time.Minute):
		c.t.Fatal("no answer")
	}
}

func (c *client) ask(kind bridge.Kind, fields any, memory *os.File, want bridge.Kind, answer any) {
	c.t.Helper()
	_, a := c.send(kind, fields, memory)
	c.read(a, want, answer)
}

// fails asks for what has to end in an error.
func (c *client) fails(kind bridge.Kind, fields any, memory *os.File) *bridge.Error {
	c.t.Helper()
	e := new(bridge.Error)
	c.ask(kind, fields, memory, bridge.KindError, e)
	return e
}

// shared is a frame in shared memory: a plate, a mask and an output of one size.
type shared struct {
	file                *os.File
	request             bridge.Render
	plate, mask, output []byte
}

// fullSize is that of a plate that is no proxy, with controls that are as they come.
var fullSize = bridge.Size{Scale: [2]float64{1, 1}, PixelAspect: 1, Detail: 1, TextureScale: 1}

// asHigh is fullSize for frames of a height that the shipped network is to paint at their own
// size, and not at its 1080 lines.
func asHigh(height int) bridge.Size {
	size := fullSize
	size.Detail = max(float64(height)/1080, 1./mostLarger)
	return size
}

func newShared(t testing.TB, id string, width, height int) *shared {
	t.Helper()
	pixels := width * height
	file, err := bridge.NewMemory(pixels * 36)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bridge.MapMemory(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bridge.Unmap(b); file.Close() })
	w := bridge.Window{0, 0, width, height}
	s := &shared{
		file: file, plate: b[:pixels*16], output: b[pixels*16 : pixels*32], mask: b[pixels*32:],
		request: bridge.Render{
			Style: id, Frame: 1, Space: bridge.SpaceLinear, Mix: 1,
			Unrealness: bridge.DefaultUnrealness, Size: fullSize, Device: onCPU,
			Plate:  bridge.Image{Window: w, Channels: 4, RowBytes: width * 16},
			Output: bridge.Image{Window: w, Channels: 4, RowBytes: width * 16, Offset: pixels * 16},
		},
	}
	s.paint(0)
	return s
}

// paint fills the plate with a picture of its own for every seed, with alpha 1.
func (s *shared) paint(seed int) {
	random := uint32(seed)*2654435761 + 1
	for i := 0; i < len(s.plate); i += 4 {
		random = random*1664525 + 1013904223
		v := float32(random>>8) / (1 << 24)
		if i%16 == 12 {
			v = 1
		}
		put(s.plate, i/4, v)
	}
}

// smooth fills the plate with a picture like a photograph, highlights above 1 included.
func (s *shared) smooth(seed int) {
	row := s.request.Plate.RowBytes / 4
	for i := range len(s.plate) / 4 {
		v := 0.6 + 0.6*math.Sin(float64(i%row+seed*50)/900)*math.Sin(float64(i/row)/130)
		if i%4 == 3 {
			v = 1
		}
		put(s.plate, i, float32(v))
	}
}

// masked adds the mask to the request.
func (s *shared) masked() *bridge.Image {
	w := s.request.Plate.Window
	s.request.Mask = &bridge.Image{Window: w, Channels: 1, RowBytes: w.Width() * 4,
		Offset: len(s.plate) * 2}
	return s.request.Mask
}

func put(b []byte, i int, v float32) { binary.NativeEndian.PutUint32(b[4*i:], math.Float32bits(v)) }
func at(b []byte,
	i int) float32 {
	return math.Float32frombits(binary.NativeEndian.Uint32(b[4*i:]))
}

func (c *client) render(s *shared) *bridge.Done {
	c.t.Helper()
	d := new(bridge.Done)
	c.ask(bridge.KindRender, &s.request, s.file, bridge.KindDone, d)
	return d
}

// near compares the values of two images.
func near(t *testing.T, got, want []byte, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d bytes, want %d", len(got), len(want))
	}
	for i := range len(got) / 4 {
		if off := math.Abs(float64(at(got, i) - at(want, i))); !(off <= tolerance) {
			t.Fatalf("value %d is %g, want %g", i, at(got, i), at(want, i))
		}
	}
}

func writeFile(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
}
