package bench

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// networkAlone is an impasto-engine that runs the network and nothing else.
type networkAlone struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       *bufio.Scanner
	complaint strings.Builder
}

func startNetwork(engine, style string, width, height int) (*networkAlone, error) {
	n := &networkAlone{cmd: exec.Command(engine, "network",
		"--style", style, "--width", strconv.Itoa(width), "--height", strconv.Itoa(height))}
	in, err := n.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	n.in, n.out = in, bufio.NewScanner(out)
	n.cmd.Stderr = &n.complaint
	return n, n.cmd.Start()
}

// run is one run of the network, in milliseconds.
func (n *networkAlone) run() (float64, error) {
	if _, err := fmt.Fprintln(n.in, "run"); err != nil || !n.out.Scan() {
		return 0, fmt.Errorf("the network ended: %s", strings.TrimSpace(n.complaint.String()))
	}
	return strconv.ParseFloat(n.out.Text(), 64)
}

func (n *networkAlone) stop() {
	n.in.Close()
	_ = n.cmd.Wait() // what it had to say was said by run
}
