package bench

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// bareRuntime is an impasto-engine that runs the network and nothing else.
type bareRuntime struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       *bufio.Scanner
	complaint strings.Builder
}

func startBare(engine, style string, width, height int) (*bareRuntime, error) {
	b := &bareRuntime{cmd: exec.Command(engine, "bare",
		"--style", style, "--width", strconv.Itoa(width), "--height", strconv.Itoa(height))}
	in, err := b.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	b.in, b.out = in, bufio.NewScanner(out)
	b.cmd.Stderr = &b.complaint
	return b, b.cmd.Start()
}

// run is one run of the network, in milliseconds.
func (b *bareRuntime) run() (float64, error) {
	if _, err := fmt.Fprintln(b.in, "run"); err != nil || !b.out.Scan() {
		return 0, fmt.Errorf("the bare run ended: %s", strings.TrimSpace(b.complaint.String()))
	}
	return strconv.ParseFloat(b.out.Text(), 64)
}

func (b *bareRuntime) stop() {
	b.in.Close()
	_ = b.cmd.Wait() // what it had to say was said by run
}
