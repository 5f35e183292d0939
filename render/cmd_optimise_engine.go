package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/vmihailenco/msgpack/v5"

	"impasto.net/bridge"
)

// descend has an engine do a job. The last that it tells of has a picture. The engine stops
// when it is told to, or this process ends.
func descend(
	ends *interrupts, engine string, job *bridge.Optimise, tell func(*bridge.Iteration) error,
) error {
	ctx, cancel := context.WithCancel(ends.stop)
	defer cancel()
	cmd := exec.CommandContext(ctx, engine, append([]string{"optimise"}, job.Folders()...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is for this process
	var complaint strings.Builder
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	cmd.Cancel, cmd.WaitDelay = in.Close, 5*time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = msgpack.NewEncoder(in).Encode(job)
	unwatch := context.AfterFunc(ends.enough,
		func() { _, _ = in.Write([]byte{0}) }) // an engine that is gone has ended
	defer unwatch()
	done := false
	for steps := msgpack.NewDecoder(out); err == nil && !done; {
		var step bridge.Iteration
		if err = steps.Decode(&step); err == nil {
			err = tell(&step)
			done = step.Left == 0 && step.Output != nil
		}
	}
	cancel()
	ended := cmd.Wait()
	if done {
		return err
	}
	if said := strings.TrimPrefix(strings.TrimSpace(complaint.String()),
		"impasto optimise: "); said != "" {
		return errors.New(said)
	}
	return fmt.Errorf("the engine ended: %w", errors.Join(ended, err))
}
