package acceptance

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/picture"
)

// refusing is set where this program is to become another one that the kernel gives no memfd.
const refusing = "IMPASTO_TEST_REFUSES_MEMFD"

func TestMain(m *testing.M) {
	if os.Getenv(refusing) != "" {
		fmt.Fprintln(os.Stderr, withoutMemfd(os.Args[1:]))
		os.Exit(125)
	}
	os.Exit(m.Run())
}

// withoutMemfd becomes a program. It comes back with an error only.
func withoutMemfd(args []string) error {
	runtime.LockOSThread()
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_MEMFD_CREATE, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER,
		uintptr(unsafe.Pointer(&program)), 0, 0); err != nil {
		return err
	}
	if fd, err := unix.MemfdCreate("refused", 0); !errors.Is(err, unix.EPERM) {
		return fmt.Errorf("a memfd is %d, %w", fd, err)
	}
	environment := slices.DeleteFunc(os.Environ(),
		func(v string) bool { return strings.HasPrefix(v, refusing+"=") })
	return syscall.Exec(args[0], args, environment)
}

// Where a system refuses shared memory all images of a frame go inside the messages: the plate, the
// mask, and the frame whose statistics are held.
func TestWithoutSharedMemory(t *testing.T) {
	s := newShot(t)
	const frames = 3
	s.plates(frames, 50, 37, func(frame int, im *picture.Image) {
		for i := range im.Pix {
			im.Pix[i] *= float32(frame) / frames
		}
	})
	onnxtest.WriteStyle(t, s.path("styles"), "a",
		onnxtest.WriteNetwork(t, s.path("styles"), "network"), vectorA)
	for name, params := range map[string][]string{
		"own": {"--param", "styleId=a"},
		"held": {"--param", "styleId=a", "--param", "holdStatistics=on", "--param",
			"statisticsFrame=2"},
		"mask": {"--param", "styleId=a", "--clip", "Mask=" + s.path("plate.####.exr")},
	} {
		s.must("1-3", name, params...)
		shared := s.command("1-3", name+"-inside", params...)
		cmd := exec.Command(os.Args[0], append([]string{shared.Path}, shared.Args[1:]...)...)
		cmd.Env = append(shared.Env, refusing+"=1")
		if printed, code := s.finish(cmd); code != 0 {
			t.Fatalf("%s: without memfd impasto render ended with %d:\n%s", name, code, printed)
		}
		s.same(frames, name, name+"-inside")
	}
	if s.equal(1, "own", "held") {
		t.Error("held statistics are the frame's own")
	}
}
