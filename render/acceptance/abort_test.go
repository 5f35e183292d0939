package acceptance

import (
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// A frame that would take minutes ends when the OFX host says so, whatever its size. How
// long that took is in the log of go test -v; impatient artists are promised 150 ms.
func TestAbortReturnsAtOnce(t *testing.T) {
	for _, size := range []image.Point{{1920, 1080}, {3840, 2160}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			s := newShot(t)
			id := onnxtest.WritePackage(t, s.path("styles"), "slow", onnxtest.Slow(200, 32))
			host, loaded := s.load(ofx.Profiles[0])
			context, err := loaded.ContextFor([]string{"Source"})
			if err != nil {
				t.Fatal(err)
			}
			// A first frame, small, starts the engine and loads the style.
			warm, err := loaded.NewInstance(setup(context, id, image.Point{8, 8}))
			if err != nil {
				t.Fatal(err)
			}
			_, err = warm.Render(1)
			warm.Close()
			if err != nil {
				t.Fatal(err)
			}
			instance, err := loaded.NewInstance(setup(context, id, size))
			if err != nil {
				t.Fatal(err)
			}
			defer instance.Close()

			s.abort(host, instance, time.Second)
		})
	}
}

// abort has a frame rendered and aborted after the engine has worked on it for so long, and
// says when.
func (s *shot) abort(host *ofx.Host, instance *ofx.Instance, worked time.Duration) time.Time {
	s.t.Helper()
	before := busy(s.processes("impasto-engine"))
	rendered := make(chan error, 1)
	go func() {
		_, err := instance.Render(1)
		rendered <- err
	}()
	until(s.t, "the engine to work",
		func() bool { return busy(s.processes("impasto-engine"))-before > worked })
	aborted := time.Now()
	host.Abort()
	if err := <-rendered; !errors.Is(err, ofx.ErrAborted) {
		s.t.Fatalf("the render ended with %v", err)
	}
	s.t.Logf("the render action and what surrounds it ended %v after the abort",
		time.Since(aborted))
	return aborted
}

// load has this process be the host of the shot's bundle, until the test is over.
func (s *shot) load(profile ofx.Profile) (*ofx.Host, *ofx.Effect) {
	s.t.Helper()
	for _, name := range []string{"IMPASTO_LOG", "IMPASTO_STYLE_PATH", "XDG_CACHE_HOME"} {
		for _, v := range s.env {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				s.t.Setenv(name, value)
			}
		}
	}
	host, err := ofx.NewHost(profile, func(m ofx.Message) { s.t.Log(m.Text) })
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(host.Close)
	library, err := host.Open(s.bundle)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(library.Close)
	entry, err := library.Effect(effect)
	if err != nil {
		s.t.Fatal(err)
	}
	loaded, err := library.Load(entry)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(loaded.Close)
	return host, loaded
}

func setup(context, style string, size image.Point) ofx.Setup {
	return ofx.Setup{
		Context: context, First: 1, Last: 1, Step: 1, Depth: ofx.DepthFloat, Scale: 1,
		Clips: map[string]ofx.Plate{"Source": grey{picture.New(image.Rectangle{Max: size})}},
		Params: func(find func(string) *ofx.Param) error {
			return find("styleId").Set(style,
				ofx.Linear)
		},
	}
}

// busy is how long the processes have computed, by /proc/PID/stat (proc_pid_stat(5), fields 14 and
// 15).
func busy(ids []int) time.Duration {
	var ticks time.Duration
	for _, id := range ids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
		if err != nil {
			continue
		}
		var user, system time.Duration
		skip := new(string)
		fields := []any{skip, skip, skip, skip, skip, skip, skip, skip, skip, skip, skip, skip,
			skip, &user, &system}
		if _, err := fmt.Sscan(string(text), fields...); err == nil {
			ticks += user + system
		}
	}
	return ticks * time.Second / 100
}

// grey is one picture at all times.
type grey struct{ im *picture.Image }

func (g grey) At(float64) (*picture.Image, error) { return g.im, nil }
func (g grey) Example() (*picture.Image, error)   { return g.im, nil }
func (g grey) Range() (first, last float64)       { return 0, math.MaxInt32 }

// Ctrl-C ends the command in the middle of a frame, and what was rendered before stays.
func TestInterruptKeepsWhatIsThere(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "slow", onnxtest.Slow(200, 32))
	s.plates(2, 64, 48, nil)
	s.must("1", "out", "--param", "styleId="+id)
	if err := picture.Write(s.path("plate.0002.exr"),
		picture.New(image.Rect(0, 0, 1920, 1080))); err != nil {
		t.Fatal(err)
	}
	cmd := s.command("2", "out", "--param", "styleId="+id)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the network to run",
		func() bool { return busy(s.processes("impasto-engine")) > 200*time.Millisecond })
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("impasto render ended with %d", code)
	}
	s.picture("out", 1)
	if s.exists("out.0002.exr") {
		t.Error("a frame that was interrupted was written")
	}
	until(t, "every process to end", func() bool { return len(s.processes("impasto")) == 0 })
}
