package main

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"impasto.net/render/effect"
	"impasto.net/render/exit"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// run renders the frames that are to be rendered.
func (j *job) run(p *effect.Loaded, plates map[string]*plate, report *report) error {
	stop := interruptible(p.Host)
	defer stop()
	fitting := &fitting{job: j, plugin: p, plates: plates}
	if err := fitting.make(); err != nil {
		return err
	}
	defer fitting.close()
	threads := 1
	if p.Effect.Concurrent() && !fitting.instance.Sequential() {
		threads = j.threads
	}
	if j.threads > threads {
		report.note("the effect renders one frame at a time, whatever --threads says")
	}
	failed := j.each(threads, func(frame int) error {
		return j.frame(fitting, frame, report)
	}, p.Host.Aborted)
	switch {
	case p.Host.Aborted():
		return exit.With(exit.Interrupted,
			errors.New("interrupted; the frames that were finished are kept"))
	case failed > 0:
		return exit.With(exit.Failed, fmt.Errorf("%s failed", count(failed, "frame")))
	}
	return nil
}

// each does every frame on as many threads, in order of starting. It returns how many failed.
func (j *job) each(threads int, do func(frame int) error, ended func() bool) int {
	var next, failed atomic.Int64
	var workers sync.WaitGroup
	for range min(threads, len(j.frames)) {
		workers.Go(func() {
			for !ended() && (failed.Load() == 0 || j.continueOnError) {
				i := next.Add(1) - 1
				if i >= int64(len(j.frames)) {
					return
				}
				if do(j.frames[i]) != nil {
					failed.Add(1)
				}
			}
		})
	}
	workers.Wait()
	return int(failed.Load())
}

// frame renders one frame and says so.
func (j *job) frame(f *fitting, frame int, report *report) error {
	path := j.out.Path(frame)
	if j.skipExisting && exists(path) {
		err := f.finished(frame, path)
		if err == nil {
			report.skipped(frame, path+" is there already")
			return nil
		}
		report.note(fmt.Sprintf("frame %d is rendered again, for %s %v", frame, path, err))
	}
	if j.missing == missingSkip {
		for _, p := range f.plates {
			if !p.has(frame) {
				report.skipped(frame, p.pattern.Path(frame)+" is missing")
				return nil
			}
		}
	}
	start := time.Now()
	output, err := f.render(frame)
	if err == nil {
		if j.packed != nil {
			output.Picture.Compression = *j.packed
		}
		err = picture.Write(path, output.Picture)
	}
	switch {
	case errors.Is(err, ofx.ErrAborted):
		return nil
	case err != nil:
		report.failed(frame, err)
		return err
	}
	how := ""
	if output.Identity != "" {
		how = "copy of " + output.Identity
	}
	report.rendered(frame, time.Since(start), path, how)
	return nil
}
