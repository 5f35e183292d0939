package lease

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The tests here start other engines as processes: this test program, which is one when it
// is started with a folder and what to do.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "hold" {
		hold(os.Args[2], os.Args[3])
	}
	if len(os.Args) == 4 && os.Args[1] == "share" {
		share(os.Args[2], os.Args[3])
	}
	os.Exit(m.Run())
}

func fail(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// all wants that much, if the others leave it of a budget.
func all(size, budget int) func(int) int {
	return func(others int) int { return min(size, budget-others) }
}

// hold has a lease until it is killed.
func hold(folder, size string) {
	beat = 20 * time.Millisecond // for TestStopped
	n, err := strconv.Atoi(size)
	fail(err)
	l := Lease{Folder: folder}
	fail(l.Take(context.Background(), n, all(n, 1000), func([]Holder) {}))
	fmt.Println("held")
	_, err = io.Copy(io.Discard, os.Stdin) // or until the test ends
	fail(err)
	os.Exit(0)
}

// share leases and gives back, many times, and looks whether the budget holds.
func share(folder, budget string) {
	most, err := strconv.Atoi(budget)
	fail(err)
	l := Lease{Folder: folder}
	for range 100 {
		n := 1 + rand.IntN(most)
		fail(l.Take(context.Background(), 1+rand.IntN(n), all(n, most), func([]Holder) {}))
		// It can be counted only while nobody takes any, and must not be waited for.
		mine, err := lock(l.file, 0, 1)
		fail(err)
		if mine {
			others, err := l.others()
			fail(err)
			fail(unlock(l.file, 0, 1))
			if others+l.Held() > most || l.Held() < 1 {
				fail(fmt.Errorf("%d and %d of %d are leased", others, l.Held(), most))
			}
		}
		if l.Wanted() || rand.IntN(3) == 0 {
			l.Give()
		}
	}
	os.Exit(0)
}

func holder(t *testing.T, folder string, size int) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "hold", folder, fmt.Sprint(size))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd
}

func (l *Lease) take(t *testing.T, least int, want func(int) int) {
	t.Helper()
	if err := l.Take(t.Context(), least, want, func([]Holder) {}); err != nil {
		t.Fatal(err)
	}
}

// Many processes that want all sorts of sizes get them, and never more than there is.
func TestProcessesShare(t *testing.T) {
	folder := t.TempDir()
	var running []*exec.Cmd
	for range 5 {
		cmd := exec.Command(os.Args[0], "share", folder, "1000")
		cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if found, waits, err := Holders(folder); len(found) > 0 || waits || err != nil {
		t.Error(found, waits, err)
	}
}

// What a process had that is killed is there for whoever waits, and nothing is left of it.
func TestKilled(t *testing.T) {
	folder := t.TempDir()
	cmd := holder(t, folder, 700)
	found, waits, err := Holders(folder)
	if len(found) != 1 || found[0].Process != cmd.Process.Pid || found[0].Megabytes != 700 ||
		waits || err != nil {
		t.Fatal(found, waits, err)
	}
	l := Lease{Folder: folder}
	l.take(t, 100, all(1000, 1000))
	if l.Held() != 300 {
		t.Errorf("%d of 1000 are held, where 700 are taken", l.Held())
	}
	l.Give()
	said := false
	err = l.Take(t.Context(), 500, all(1000, 1000), func([]Holder) {
		said = true
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
	})
	if err != nil || !said || l.Held() != 1000 {
		t.Errorf("%v, said %t, %d held", err, said, l.Held())
	}
	l.Give()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	if info, err := entries[0].Info(); err != nil || info.Size() != 0 {
		t.Error(info, err)
	}
}

// For one that was stopped nobody waits, neither for what it has nor for its turn; for one
// that lives they do.
func TestStopped(t *testing.T) {
	was := silence
	silence = 4 * time.Second // two hundred times what the others take to move
	defer func() { silence = was }()
	folder := t.TempDir()
	stopped := holder(t, folder, 500)
	holder(t, folder, 300)
	// This one waits, and so it is its turn.
	waiting := exec.Command(os.Args[0], "hold", folder, "900")
	if err := waiting.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		waiting.Process.Kill()
		waiting.Wait()
	}()
	eventually(t, "one waits", func() bool {
		_, waits, err := Holders(folder)
		return waits && err == nil
	})
	for _, p := range []*os.Process{waiting.Process, stopped.Process} {
		if err := p.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
	}
	var silent []int
	l := Lease{Folder: folder, Silent: func(h Holder) { silent = append(silent, h.Process) }}
	for range 2 { // the second at once, but for nobody else's sake
		l.take(t, 600, all(1000, 1000))
		if l.Held() != 700 || len(silent) != 1 || silent[0] != stopped.Process.Pid {
			t.Errorf("%d are held of the 700 that one has not who lives; %v are not waited for",
				l.Held(), silent)
		}
		if l.Wanted() {
			t.Error("who was stopped is said to wait")
		}
		if err := l.resize(0); err != nil {
			t.Fatal(err)
		}
	}
	// It is counted again once it goes on.
	if err := stopped.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "who goes on is counted", func() bool {
		others, err := l.others()
		return err == nil && others == 800
	})
	ctx, cancel := context.WithTimeout(t.Context(), silence+time.Second)
	defer cancel()
	if err := l.Take(ctx, 300, all(1000, 1000), func([]Holder) {}); !errors.Is(err,
		context.DeadlineExceeded) {
		t.Errorf("what those have who live is taken: %v, %d are held", err, l.Held())
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute in vain: %s", what)
		}
	}
}

// Who waits has nothing, is seen by who could give, and is gone when it is not wanted.
func TestWaiting(t *testing.T) {
	folder := t.TempDir()
	a, b := Lease{Folder: folder}, Lease{Folder: folder}
	a.take(t, 1, all(900, 1000))
	b.take(t, 1, all(100, 1000))
	if a.Wanted() {
		t.Error("nobody waits")
	}
	ctx, cancel := context.WithCancel(t.Context())
	waiting, ended := make(chan bool), make(chan error)
	go func() {
		ended <- b.Take(ctx, 200, all(200, 1000), func(have []Holder) {
			if len(have) != 1 || have[0].Process != os.Getpid() || have[0].Megabytes != 900 {
				t.Errorf("it waits for %v", have)
			}
			close(waiting)
		})
	}()
	<-waiting
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		found, waits, err := Holders(folder)
		if err != nil || time.Now().After(deadline) {
			t.Fatal(found, waits, err)
		}
		if waits && len(found) == 1 && found[0].Megabytes == 900 && a.Wanted() {
			break
		}
	}
	// It goes on with what it has, and is not kept from less.
	a.take(t, 300, all(900, 1000))
	if a.Held() != 900 {
		t.Errorf("%d are held", a.Held())
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if a.Wanted() || b.Held() != 0 {
		t.Errorf("after it was cancelled there are %d held", b.Held())
	}
	a.Give()
	b.take(t, 200, all(200, 1000))
	if b.Held() != 200 {
		t.Errorf("%d are held", b.Held())
	}
}

// A budget may be changed, and is no reason not to paint.
func TestLess(t *testing.T) {
	l := Lease{Folder: t.TempDir()}
	for _, c := range []struct{ least, want, held int }{{10, 500, 500}, {10, 200, 200},
		{50, 20, 50}, {1, 3 * Most, largest}} {
		l.take(t, c.least, func(int) int { return c.want })
		if l.Held() != c.held {
			t.Errorf("%d at the least and %d wanted: %d are held", c.least, c.want, l.Held())
		}
	}
}

func TestFolder(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	folder, err := Folder()
	if err != nil || !strings.HasPrefix(folder, os.Getenv("XDG_RUNTIME_DIR")) {
		t.Fatal(folder, err)
	}
	if again, err := Folder(); again != folder || err != nil {
		t.Error(again, err)
	}
	if err := os.Chmod(folder, 0o770); err != nil {
		t.Fatal(err)
	}
	if err := private(folder); err == nil {
		t.Error("a folder that others write to was taken")
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	if err := private(link); err == nil {
		t.Error("a link was taken")
	}
	if err := (&Lease{Folder: "/nowhere"}).Take(t.Context(), 1, all(1, 1),
		func([]Holder) {}); err == nil {
		t.Error("a folder that is not there was taken")
	}
}
