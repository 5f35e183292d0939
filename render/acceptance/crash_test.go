package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"impasto.net/plugin/lease"
	"impasto.net/plugin/onnxtest"
	"impasto.net/render/picture"
)

// Whoever is killed in the middle of a shot, every frame comes out as if nothing had been.
func TestKilledProgramsAreReplaced(t *testing.T) {
	const frames = 48
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "slow", onnxtest.Slow(6, 16))
	s.plates(frames, 192, 108, nil)
	args := []string{"--param", "styleId=" + id, "--threads", "3"}
	s.must("1-48", "calm", args...)
	for _, victim := range []string{"impasto-engine", "impasto-host"} {
		t.Run(victim, func(t *testing.T) {
			out := "after-" + victim
			cmd := s.command("1-48", out, args...)
			var printed strings.Builder
			cmd.Stdout, cmd.Stderr = &printed, &printed
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for _, frame := range []int{5, 20, 35} {
				until(t, fmt.Sprintf("frame %d", frame), func() bool {
					done, _ := filepath.Glob(s.path(out + ".*.exr"))
					return len(done) >= frame
				})
				kill(t, s.processes(victim))
			}
			if err := cmd.Wait(); err != nil {
				t.Fatalf("%v\n%s", err, &printed)
			}
			s.same(frames, "calm", out)
		})
	}
}

// A hundred kills within a thousand frames, every other one of a program that has just been started
// in the place of the last victim, and nobody can tell from the frames.
func TestThousandFramesOutliveAHundredKills(t *testing.T) {
	const frames, rounds = 1000, 50
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "slow", onnxtest.Slow(6, 16))
	s.plates(frames, 64, 36, nil)
	args := []string{"--param", "styleId=" + id, "--threads", "3"}
	s.must("1-1000", "calm", args...)

	cmd := s.command("1-1000", "killed", append(args, "--continue-on-error")...)
	var printed strings.Builder
	cmd.Stdout, cmd.Stderr = &printed, &printed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kills := 0
	for round := range rounds {
		victim := "impasto-engine"
		if round%5 == 4 {
			victim = "impasto-host"
		}
		until(t, fmt.Sprint("frames of round ", round), func() bool {
			done, _ := filepath.Glob(s.path("killed.*.exr"))
			return len(done) >= round*frames/2/rounds // so that after the last kill there is work left
		})
		first := s.killNext(victim, 0)
		s.killNext(victim, first)
		kills += 2
	}
	if err := cmd.Wait(); err != nil || kills != 100 {
		t.Fatalf("after %d kills: %v\n%s", kills, err, &printed)
	}
	s.same(frames, "calm", "killed")
}

// killNext kills a program, another process than that of before, as soon as it appears.
func (s *shot) killNext(name string, before int) int {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		for _, id := range s.processes(name) {
			if id != before && syscall.Kill(id, syscall.SIGKILL) == nil {
				return id
			}
		}
	}
	s.t.Fatalf("no %s appears", name)
	return 0
}

// A frame that kills the engine every time fails alone.
func TestPoisonousFrameFailsAlone(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "poison", onnxtest.Poison())
	const frames, poisonous = 12, 6
	s.plates(frames, 64, 48, func(frame int, im *picture.Image) {
		if frame == poisonous {
			for i := range im.Pix {
				if i%4 != 3 {
					im.Pix[i] = 0
				}
			}
		}
	})
	printed, code := s.render("1-12", "out", "--param", "styleId="+id, "--threads", "4",
		"--continue-on-error")
	if code != 1 {
		t.Errorf("impasto render ended with %d", code)
	}
	if !strings.Contains(printed,
		`stopped twice while it was rendering frame 6 with the style "Test poison"`) {
		t.Errorf("nothing says why a frame is missing:\n%s", printed)
	}
	for frame := 1; frame <= frames; frame++ {
		_, err := os.Stat(s.file("out", frame))
		if (err == nil) == (frame == poisonous) {
			t.Errorf("frame %d: %v", frame, err)
		}
	}
}

// When the OFX host is killed nothing of ours outlives it, even where a fork of the host
// keeps every descriptor open.
func TestNothingOutlivesTheOFXHost(t *testing.T) {
	for _, forked := range []bool{false, true} {
		t.Run(fmt.Sprintf("forked=%v", forked), func(t *testing.T) {
			s := newShot(t)
			id := onnxtest.WritePackage(t, s.path("styles"), "slow", onnxtest.Slow(40, 32))
			s.plates(2, 640, 360, nil)
			// A place of their own, with a name that is short enough for a socket's.
			runtimeFolder, err := os.MkdirTemp("", "run")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(runtimeFolder)
			cmd := s.command("1-2", "out", "--param", "styleId="+id)
			cmd.Env = append(cmd.Env, "XDG_RUNTIME_DIR="+runtimeFolder, "TMPDIR="+runtimeFolder)
			if forked {
				cmd.Env = append(cmd.Env, "LD_PRELOAD="+guest(t), "GUEST_FORK_WHEN="+s.path("fork"))
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			until(t, "the engine to start",
				func() bool { return len(s.processes("impasto-engine")) > 0 })
			if forked {
				if err := os.WriteFile(s.path("fork"), nil, 0o644); err != nil {
					t.Fatal(err)
				}
				until(t, "the fork", func() bool { return s.exists("fork.pid") })
				text, err := os.ReadFile(s.path("fork.pid"))
				if err != nil {
					t.Fatal(err)
				}
				copied, err := strconv.Atoi(strings.TrimSpace(string(text)))
				if err != nil {
					t.Fatal(err)
				}
				defer syscall.Kill(copied, syscall.SIGKILL)
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			killed := time.Now()
			for len(s.processes("impasto")) > 0 {
				if time.Since(killed) > 2*time.Second {
					t.Fatalf("two seconds after the OFX host was killed there are still "+
						"processes %v", s.processes("impasto"))
				}
				time.Sleep(10 * time.Millisecond)
			}
			if names := left(t, runtimeFolder); names != "" {
				t.Errorf("left behind:\n%s", names)
			}
		})
	}
}

// left lists what our programs could forget: shared memory, sockets, temporary folders and
// leases. The folder of those stays.
func left(t *testing.T, runtimeFolder string) string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"/dev/shm/*impasto*", runtimeFolder + "/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			if name != filepath.Join(runtimeFolder, fmt.Sprint("impasto-", os.Getuid())) {
				names = append(names, name)
				continue
			}
			if holders, waits, err := lease.Holders(name); len(holders) > 0 || waits || err != nil {
				names = append(names, fmt.Sprint(name, holders, waits, err))
			}
		}
	}
	return strings.Join(names, "\n")
}

// guest builds the library that turns an OFX host into a difficult one.
func guest(t *testing.T) string {
	t.Helper()
	library := filepath.Join(t.TempDir(), "guest.so")
	build := exec.Command("gcc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
		"testdata/guest.c", "-lpthread")
	if printed, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	return library
}
