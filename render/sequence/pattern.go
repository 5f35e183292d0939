package sequence

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Pattern is the name of a sequence's files, with a place for the frame's number: plate.%04d.exr,
// plate.%d.exr or plate.####.exr. A name without one is a still.
type Pattern struct {
	text string
	// parts of the name around the number; one part is a still. The number has width digits or
	// more.
	parts []string
	width int
	files []string            // instead of parts: the file of every frame, from 1 on
	into  func(string) string // renames all of them, where it is not nil
}

var token = regexp.MustCompile(`%[%#]|%(0?\d*)d|#+`)

// ParsePattern reads a pattern. %% is a percent sign, and %# a # that is no number.
func ParsePattern(text string) (Pattern, error) {
	p := Pattern{text: text}
	if text == "" {
		return p, fmt.Errorf("the name of a file is empty")
	}
	part := ""
	rest := text
	for {
		at := token.FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		found := rest[at[0]:at[1]]
		part += rest[:at[0]]
		rest = rest[at[1]:]
		width := len(found) // of ####
		switch {
		case found == "%%", found == "%#":
			part += found[1:]
			continue
		case found[0] == '%':
			digits := strings.TrimPrefix(found[1:len(found)-1], "0")
			width, _ = strconv.Atoi(digits)
			if digits != "" && found[1] != '0' {
				return p, fmt.Errorf("%s: write %%0%sd, numbers padded with spaces make no file "+
					"names", text, digits)
			}
		}
		if len(p.parts) > 0 && width != p.width {
			return p, fmt.Errorf("%s has the frame's number in two widths; write %%# for a # of "+
				"the name", text)
		}
		if width > 12 {
			return p, fmt.Errorf("%s has a frame number of %d digits", text, width)
		}
		p.width = width
		p.parts = append(p.parts, part)
		part = ""
	}
	part += rest
	if i := strings.IndexByte(rest, '%'); i >= 0 {
		return p, fmt.Errorf("%s: %s is no place for a frame's number; write %%04d, or %%%% for "+
			"a percent sign", text, rest[i:])
	}
	p.parts = append(p.parts, part)
	return p, nil
}

func (p Pattern) String() string { return p.text }

// Still says whether all frames have the same file.
func (p Pattern) Still() bool { return len(p.parts) == 1 }

// Path is the file of a frame.
func (p Pattern) Path(frame int) string {
	path := strings.Join(p.parts, fmt.Sprintf("%0*d", p.width, frame))
	if p.files != nil {
		path = fmt.Sprintf("picture %d of %s", frame, p)
		if frame >= 1 && frame <= len(p.files) {
			path = p.files[frame-1]
		}
	}
	if p.into != nil {
		path = p.into(path)
	}
	return path
}

// Existing lists the frames that there are files of, in order. A still has none.
func (p Pattern) Existing() ([]int, error) {
	if p.Still() {
		return nil, nil
	}
	if p.files != nil {
		frames := make([]int, len(p.files))
		for i := range frames {
			frames[i] = i + 1
		}
		return frames, nil
	}
	// Where only the file's name has the number, its folder is read; otherwise all that match.
	names, err := p.candidates()
	if err != nil {
		return nil, err
	}
	var frames []int
	for _, name := range names {
		if frame, ok := p.frame(name); ok {
			frames = append(frames, frame)
		}
	}
	slices.Sort(frames)
	return slices.Compact(frames), nil
}

func (p Pattern) candidates() ([]string, error) {
	folder, _ := filepath.Split(p.parts[0])
	if !slices.ContainsFunc(p.parts[1:],
		func(s string) bool { return strings.ContainsRune(s, filepath.Separator) }) {
		entries, err := os.ReadDir(filepath.Clean(folder))
		if err != nil {
			return nil, fmt.Errorf("the folder of %s cannot be read: %w", p, errors.Unwrap(err))
		}
		names := make([]string, len(entries))
		for i, e := range entries {
			names[i] = folder + e.Name()
		}
		return names, nil
	}
	escaped := make([]string, len(p.parts))
	for i, part := range p.parts {
		escaped[i] = regexp.MustCompile(`[*?\[\\]`).ReplaceAllString(part, `\$0`)
	}
	return filepath.Glob(strings.Join(escaped, "*"))
}

// frame is the number in a name that matches.
func (p Pattern) frame(name string) (int, bool) {
	if len(name) <= len(p.parts[0]) || !strings.HasPrefix(name, p.parts[0]) {
		return 0, false
	}
	frame, err := strconv.Atoi(leadingNumber.FindString(name[len(p.parts[0]):]))
	return frame, err == nil && p.Path(frame) == name
}

var leadingNumber = regexp.MustCompile(`^-?\d+`)
