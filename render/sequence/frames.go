// Package sequence names the files of image sequences and lists their frames. Of the libraries for
// that none has folders, globs and # in names as they are written here.
package sequence

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// mostFrames bounds a list: a day at 100 frames a second.
const mostFrames = 8_640_000

var rangeSyntax = regexp.MustCompile(`^(-?\d+)(?:-(-?\d+)(?:x(\d+))?)?$`)

// ParseFrames reads a list of frames such as 1001-1048, 1-100x2,120 or 10-1. The frames come in
// the order that they are named in, each once.
func ParseFrames(list string) ([]int, error) {
	var frames []int
	named := map[int]bool{}
	for _, part := range strings.Split(list, ",") {
		part = strings.TrimSpace(part)
		m := rangeSyntax.FindStringSubmatch(part)
		if m == nil {
			return nil, fmt.Errorf("%q is not a list of frames: "+
				"write 1001-1048, 1-100x2 or 7, with commas between several", list)
		}
		first, last, step, err := bounds(m)
		if err != nil {
			return nil, fmt.Errorf("%q is not a list of frames: %w", list, err)
		}
		direction := 1
		if last < first {
			direction = -1
		}
		if (last-first)*direction/step >= mostFrames-len(frames) {
			return nil, fmt.Errorf("%q has more than %d frames", list, mostFrames)
		}
		for f := first; (last-f)*direction >= 0; f += step * direction {
			if !named[f] {
				named[f] = true
				frames = append(frames, f)
			}
		}
	}
	return frames, nil
}

func bounds(m []string) (first, last, step int, err error) {
	number := func(s string) int {
		n, e := strconv.ParseInt(s, 10, 32)
		if e != nil {
			err = fmt.Errorf("%s is out of range", s)
		}
		return int(n)
	}
	first, step = number(m[1]), 1
	last = first
	if m[2] != "" {
		last = number(m[2])
	}
	if m[3] != "" {
		if step = number(m[3]); step == 0 {
			err = fmt.Errorf("a step of 0 goes nowhere")
		}
	}
	return first, last, step, err
}

// FormatFrames writes frames, in order, as ParseFrames reads them.
func FormatFrames(frames []int) string {
	var runs []string
	for i := 0; i < len(frames); {
		end := i + 1
		for end < len(frames) && frames[end] == frames[end-1]+1 {
			end++
		}
		run := strconv.Itoa(frames[i])
		if end-i > 1 {
			run += "-" + strconv.Itoa(frames[end-1])
		}
		runs = append(runs, run)
		i = end
	}
	return strings.Join(runs, ",")
}
