package picture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"impasto.net/bridge/regular"
)

var errForeign = errors.New("was not written by Impasto")

// Whole says whether a file is one that Impasto wrote to its end, by its beginning and its end
// alone, and gives its display window. Without windows, as all formats are but OpenEXR, that is at
// 0,0.
func Whole(path string) (window image.Rectangle, windowed bool, err error) {
	f, err := regular.Open(path, os.O_RDONLY, 0)
	if err != nil {
		return window, false, fmt.Errorf("cannot be opened: %w", cause(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return window, false, fmt.Errorf("cannot be read: %w", cause(err))
	}
	format, known := formatOf(path)
	switch {
	case info.Size() == 0:
		return window, false, errors.New("is empty")
	case !known || !info.Mode().IsRegular():
		return window, false, errForeign
	}
	window, err = format.whole(f, info.Size())
	return window, format.windowed, err
}

// wholeEXR looks at the table of chunks, and at where the last of them ends.
func wholeEXR(f *os.File, size int64) (window image.Rectangle, err error) {
	if !startsWith(f, 0, "v/1\x01") {
		return window, errForeign
	}
	parts, table, err := readHeaders(f, size)
	if err != nil {
		return window, errors.New("is cut off")
	}
	h := parts[0]
	if len(parts) != 1 || h.text("writer") != markValue {
		return window, errForeign
	}
	l, err := h.layout()
	if err == nil {
		window, err = h.window("displayWindow")
	}
	if err != nil {
		return window, errForeign
	}
	offsets := make([]int64, l.chunks()) // no more than the file can hold
	if err := binary.Read(io.NewSectionReader(f, table, size-table), binary.LittleEndian,
		offsets); err != nil {
		return window, errors.New("is cut off")
	}
	last := int64(0)
	for _, offset := range offsets {
		if last = max(last, offset); offset < table || offset >= size {
			return window, errors.New("is cut off")
		}
	}
	place := int64(4) // of its length: behind its line, or its tile and level
	if l.tile != (image.Point{}) {
		place = 16
	}
	var length int32
	if binary.Read(io.NewSectionReader(f, last+place, 4), binary.LittleEndian, &length) != nil ||
		last+place+4+int64(length) > size {
		return window, errors.New("is cut off")
	}
	return window, nil
}

func wholePNG(f *os.File, size int64) (image.Rectangle, error) {
	const end = "\x00\x00\x00\x00IEND\xae\x42\x60\x82"
	switch {
	case !startsWith(f, 0, pngStart[:8]) || !startsWith(f, int64(len(pngStart)), string(pngMark())):
		return image.Rectangle{}, errForeign
	case !startsWith(f, size-int64(len(end)), end):
		return image.Rectangle{}, errors.New("is cut off")
	}
	config, err := png.DecodeConfig(f)
	return image.Rect(0, 0, config.Width, config.Height), err
}

func wholeJPEG(f *os.File, size int64) (image.Rectangle, error) {
	const end = "\xff\xd9"
	switch {
	case !startsWith(f, 0, jpegStart+string(jpegMark())):
		return image.Rectangle{}, errForeign
	case !startsWith(f, size-int64(len(end)), end):
		return image.Rectangle{}, errors.New("is cut off")
	}
	config, err := jpeg.DecodeConfig(f)
	return image.Rect(0, 0, config.Width, config.Height), err
}

// startsWith says whether a text stands at a place of a file.
func startsWith(f io.ReaderAt, at int64, text string) bool {
	b := make([]byte, len(text))
	if at < 0 {
		return false
	}
	_, err := f.ReadAt(b, at)
	return (err == nil || err == io.EOF) && string(b) == text
}
