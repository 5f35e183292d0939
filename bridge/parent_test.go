package bridge

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// The test binary is also the parent that is killed, and the child that notices.
func TestWatchParent(t *testing.T) {
	again := func(role string) *exec.Cmd {
		cmd := exec.Command(os.Args[0], "-test.run=^TestWatchParent$")
		cmd.Env = append(os.Environ(), "BRIDGE_TEST_ROLE="+role)
		cmd.Stderr = os.Stderr
		return cmd
	}
	switch os.Getenv("BRIDGE_TEST_ROLE") {
	case "parent":
		child := again("child")
		child.Stdout = os.Stdout
		if err := child.Run(); err != nil {
			t.Fatal(err)
		}
		return
	case "child":
		if _, err := WatchParent(os.Getpid()); err == nil {
			t.Error("a process passes for its own parent")
		}
		gone, err := WatchParent(os.Getppid())
		if err != nil {
			t.Fatal(err)
		}
		polled := pollParent(os.Getppid())
		fmt.Println("watching")
		<-gone
		<-polled
		fmt.Println("gone")
		return
	}

	parent := again("parent")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "watching" {
		t.Errorf("the child says %q", lines.Text())
	}
	parent.Process.Kill()
	if !lines.Scan() || lines.Text() != "gone" {
		t.Errorf("the child says %q", lines.Text())
	}
	parent.Wait()
}
