package importer

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"impasto.net/bridge"
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/style"
)

// trialTime bounds one run: a picture of the sizes that are tried takes seconds.
const trialTime = 2 * time.Minute

// trial runs a stranger's graph in a process of its own, with a bound on its memory and
// its time. A graph that ends the process costs that one run: the next has a new one.
type trial struct {
	ctx     context.Context
	engine  string // the program
	graph   string // the file
	outputs []string

	cmd       *exec.Cmd
	to        *gob.Encoder
	from      *gob.Decoder
	in        io.Closer
	left      io.LimitedReader // of what one run may give
	complaint bytes.Buffer
}

// maxAnswer is how much that is, in bytes: the largest picture, five times.
const maxAnswer = 5 * 3 * 4 * style.MaxSide * style.MaxSide

// answer is what the process says to the inputs that it is sent.
type answer struct {
	Outputs []network.Tensor
	Error   string
	Loading bool // the error is not of a run
	Memory  bool // the error is a lack of it
}

// run runs the graph on its inputs, in the file's order.
func (t *trial) run(inputs []network.Tensor) ([]network.Tensor, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	if t.cmd == nil {
		if err := t.start(); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(t.ctx, trialTime)
	defer cancel()
	process := t.cmd.Process
	inTime := context.AfterFunc(ctx, func() { _ = process.Kill() }) // it may have ended
	var a answer
	t.left.N = maxAnswer
	err := t.to.Encode(inputs)
	if err == nil {
		err = t.from.Decode(&a)
	}
	killed := !inTime()
	switch {
	case t.ctx.Err() != nil:
		t.stop()
		return nil, t.ctx.Err()
	case err != nil && killed:
		t.stop()
		return nil, errLate
	case t.left.N == 0:
		t.stop()
		return nil, fmt.Errorf("the network gives more than %d MB", maxAnswer>>20)
	case err != nil:
		return nil, t.died()
	case a.Memory:
		return nil, errMemory
	case a.Loading:
		return nil, loadError(a.Error)
	case a.Error != "":
		return nil, runError(a.Error)
	case len(a.Outputs) != len(t.outputs) || slices.ContainsFunc(a.Outputs, network.Tensor.Torn):
		t.stop()
		return nil, errors.New("the network took over the program that runs it")
	}
	return a.Outputs, nil
}

var errLate = fmt.Errorf("the network takes more than %v for one picture of the size that it was "+
	"tried with", trialTime)
var errMemory = errors.New("the network needs more memory than this machine has to spare, for a " +
	"picture of the size that it was tried with")

// loadError is why a graph cannot be loaded, and runError what ONNX Runtime says of a picture
// that it took.
type (
	loadError string
	runError  string
)

func (e loadError) Error() string { return string(e) }
func (e runError) Error() string  { return "ONNX Runtime cannot run it: " + string(e) }

func (t *trial) start() error {
	t.cmd = exec.Command(t.engine,
		append([]string{"trial", strconv.Itoa(os.Getpid()), t.graph}, t.outputs...)...)
	t.cmd.SysProcAttr = ownGroup()
	t.complaint.Reset()
	t.cmd.Stderr = &t.complaint
	in, err := t.cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := t.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	t.left.R = out
	t.in, t.to, t.from = in, gob.NewEncoder(in), gob.NewDecoder(&t.left)
	return t.cmd.Start()
}

// died says how the process ended.
func (t *trial) died() error {
	cmd := t.cmd
	t.stop()
	said := t.complaint.String()
	if strings.Contains(said, "out of memory") || strings.Contains(said, "cannot allocate memory") {
		return errMemory
	}
	if line, _, _ := strings.Cut(strings.TrimSpace(said), "\n"); line != "" &&
		cmd.ProcessState.Exited() {
		return fmt.Errorf("the network ended the program that runs it: %s", line)
	}
	return fmt.Errorf("the network ended the program that runs it (%v)", cmd.ProcessState)
}

func (t *trial) stop() {
	if t.cmd == nil {
		return
	}
	t.in.Close()
	_ = t.cmd.Process.Kill() // it may have ended
	_ = t.cmd.Wait()         // how is looked at by died
	t.cmd = nil
}

// Trial is that process: it loads a graph and answers inputs until there are no more, or its
// parent is gone.
func Trial(library string, parent int, graph string, outputs []string) error {
	gone, err := bridge.WatchParent(parent)
	if err != nil {
		return err
	}
	go func() {
		<-gone
		os.Exit(1) // in the middle of a run, which may have no end
	}()
	if err := bound(); err != nil {
		return err
	}
	from, to := gob.NewDecoder(os.Stdin), gob.NewEncoder(os.Stdout)
	var session *network.Session
	for {
		var inputs []network.Tensor
		if err := from.Decode(&inputs); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		var a answer
		var err error
		if session == nil {
			session, err = load(library, graph, outputs)
		}
		if err == nil {
			a.Outputs = make([]network.Tensor, len(outputs))
			err = session.Run(context.Background(), inputs, a.Outputs)
		}
		if err != nil {
			a = answer{Error: err.Error(), Loading: session == nil,
				Memory: errors.Is(err, network.ErrMemory)}
		}
		if err := to.Encode(&a); err != nil {
			return err
		}
	}
}

func load(library, graph string, outputs []string) (*network.Session, error) {
	if err := network.Start(library); err != nil {
		return nil, err
	}
	file, err := os.ReadFile(graph)
	if err != nil {
		return nil, err
	}
	m, err := onnx.Read(file)
	if err != nil {
		return nil, err
	}
	var in, out []network.Port
	for _, p := range m.Inputs {
		in = append(in, network.Port{Name: p.Name})
	}
	for _, name := range outputs {
		out = append(out, network.Port{Name: name})
	}
	session, err := network.Load(file, in, out, network.Device{}, runtime.GOMAXPROCS(0))
	if err != nil {
		return nil, explained(m, err)
	}
	return session, nil
}
