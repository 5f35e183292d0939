package sequence

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Find is the pattern of what a user names as input: a folder and a glob (*, ? and [ ]) stand for
// the pictures that are there. Where those are numbered and called alike otherwise, the numbers are
// their frames; else they are frames 1, 2, 3 in the order of their names.
func Find(text string) (Pattern, error) {
	files, err := listed(text)
	if err != nil {
		return Pattern{text: text}, err
	}
	if files == nil {
		return ParsePattern(text)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return !isPicture(f) })
	if len(files) == 0 {
		return Pattern{text: text}, fmt.Errorf("%s holds no picture", text)
	}
	slices.Sort(files)
	if p, ok := numbered(files); ok {
		p.text = text
		return p, nil
	}
	return Pattern{text: text, files: files}, nil
}

// listed are the files of a folder or a glob; nil where text is neither.
func listed(text string) ([]string, error) {
	info, err := os.Stat(text)
	switch {
	case err == nil && info.IsDir():
		entries, err := os.ReadDir(text)
		files := make([]string, len(entries))
		for i, e := range entries {
			files[i] = filepath.Join(text, e.Name())
		}
		if err != nil {
			err = fmt.Errorf("the folder %s cannot be read: %w", text, errors.Unwrap(err))
		}
		return files, err
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(text, "*?["):
		files, err := filepath.Glob(text)
		if err == nil && files == nil {
			err = fmt.Errorf("there is no file %s", text)
		}
		return files, err
	}
	return nil, nil
}

// isPicture goes by the name, so that what cameras and systems put beside pictures is left out.
func isPicture(file string) bool {
	name := filepath.Base(file)
	switch strings.ToLower(filepath.Ext(name)) {
	case ".exr", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dpx", ".bmp", ".webp":
		return name[0] != '.'
	}
	return false
}

var lastNumber = regexp.MustCompile(`\d{1,9}\D*$`)

// split finds the last number in a file's name: what is around it, and how many digits it has.
func split(file string) (around []string, digits int) {
	folder, name := filepath.Split(file)
	at := lastNumber.FindStringIndex(name)
	if at == nil {
		return nil, 0
	}
	digits = len(leadingNumber.FindString(name[at[0]:]))
	return []string{folder + name[:at[0]], name[at[0]+digits:]}, digits
}

// numbered is the pattern of files that differ in the last number of their names alone, two or
// more.
func numbered(files []string) (Pattern, bool) {
	around, width := split(files[0])
	for _, file := range files {
		other, digits := split(file)
		if width = min(width, digits); width == 0 || !slices.Equal(other, around) {
			return Pattern{}, false
		}
	}
	p := Pattern{parts: around, width: width}
	for _, file := range files {
		if _, ok := p.frame(file); !ok {
			return p, false
		}
	}
	return p, len(files) > 1
}

// Sequence is the pattern of a still's sequence, where it seems to be a picture of one.
func (p Pattern) Sequence() (Pattern, bool) {
	if !p.Still() {
		return p, false
	}
	around, width := split(p.parts[0])
	if width == 0 {
		return p, false
	}
	of := Pattern{text: around[0] + strings.Repeat("#", width) + around[1], parts: around,
		width: width}
	frames, err := of.Existing()
	return of, err == nil && len(frames) > 1
}

// Into is the pattern of files in a folder that are called as these are, with another ending where
// rename wants it.
func (p Pattern) Into(folder string, rename func(name string) string) Pattern {
	p.into = func(path string) string { return filepath.Join(folder, rename(filepath.Base(path))) }
	return p
}
