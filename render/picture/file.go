package picture

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"impasto.net/bridge/regular"
)

// Larger pictures are refused before any memory is asked for: a header is easily broken, or lies.
const (
	maxSide   = 1 << 17
	maxPixels = 1 << 28
	// More than fewPixels, 12K and some, are believed where there are enough bytes for them.
	fewPixels    = 1 << 27
	pixelsOfByte = 32
)

// Source is how files are read.
type Source struct {
	// Data is for mattes: what a PNG or JPEG stores is taken as it is, on a scale of 0 to 1, and
	// not as sRGB, and alpha becomes the matte, which is luminance where a picture has no alpha or
	// is opaque everywhere.
	Data bool
	// Layer is what to read of an OpenEXR file, as [PART:][NAME]; see choose.
	Layer string
}

// Read reads a picture, whose format is told by what the file holds and not by its name.
func Read(path string) (*Image, error) { return Source{}.Read(path) }

// Read reads a picture, or the matte that it is.
func (s Source) Read(path string) (*Image, error) {
	f, format, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	im, err := format.read(f, s)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	if s.Data {
		im.asMatte()
	}
	return im, nil
}

// Display reads no more than the display window of a picture.
func (s Source) Display(path string) (image.Rectangle, error) {
	f, format, err := open(path)
	if err != nil {
		return image.Rectangle{}, err
	}
	defer f.Close()
	window, err := format.display(f, s)
	if err != nil {
		return window, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	return window, nil
}

// open opens a picture, and tells its format.
func open(path string) (*os.File, *reader, error) {
	f, err := regular.Open(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("%s cannot be opened: %w", path, cause(err))
	}
	var head [16]byte
	n, err := f.ReadAt(head[:], 0)
	start := string(head[:n])
	format := readerOf(start)
	switch {
	case n == 0 && err != nil && !isEOF(err):
		err = fmt.Errorf("%s cannot be read: %w", path, cause(err))
	case n == 0:
		err = fmt.Errorf("%s is empty", path)
	case isMovie(start):
		err = fmt.Errorf("%s is a movie, and Impasto reads pictures: make them with ffmpeg -i "+
			"%s %s", path, path, framesOf(path))
	case format == nil:
		err = fmt.Errorf("%s is not %s", path, readable)
	default:
		return f, format, nil
	}
	f.Close()
	return nil, nil, err
}

// CanWrite says whether Write knows the format that a name's ending stands for.
func CanWrite(path string) error {
	if _, known := formatOf(path); !known {
		if isMovieName(path) {
			return fmt.Errorf("%s: Impasto writes pictures; write them as %s and make a movie "+
				"of those with ffmpeg", path, framesOf(path))
		}
		return fmt.Errorf("%s: pictures are written as %s", path, Writable)
	}
	return nil
}

// Write writes a picture in the format of its name's ending. The file appears under its name
// when it is complete: until then it has another name in the same folder, and a failed write
// leaves nothing.
func Write(path string, im *Image) error {
	if err := CanWrite(path); err != nil {
		return err
	}
	if err := errors.Join(checkSize(im.DataWindow), checkSize(im.DisplayWindow)); err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	f, err := createBeside(path)
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, cause(err))
	}
	format, _ := formatOf(path)
	err = format.write(f, im)
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("%s cannot be written: %w", path, cause(err))
	}
	return nil
}

// createBeside is os.CreateTemp with the permissions of an ordinary new file.
func createBeside(path string) (*os.File, error) {
	dir, base := filepath.Split(path)
	for {
		name := fmt.Sprintf("%s.%s.%08x.part", dir, base, rand.Uint32())
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// cause drops the operation and the path that os's errors begin with, which the sentence has.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}

func checkSize(window image.Rectangle) error {
	return CheckSize(window.Dx(), window.Dy())
}

// checkSides says whether a picture may be as wide and as high.
func checkSides(window image.Rectangle) error {
	switch w, h := window.Dx(), window.Dy(); {
	case w <= 0 || h <= 0:
		return errors.New("it has no pixels")
	case w > maxSide || h > maxSide:
		return fmt.Errorf("%d×%d pixels are more than the %d on a side that are allowed", w, h,
			maxSide)
	}
	return nil
}

// checkFile says whether a picture of a file may be as large: what takes gigabytes comes in a file
// of some size, or is meant to harm.
func checkFile(w, h int, bytes int64) error {
	if err := CheckSize(w, h); err != nil {
		return err
	}
	if pixels := int64(w) * int64(h); pixels > fewPixels && pixels > pixelsOfByte*bytes {
		return fmt.Errorf("%d×%d pixels in a file of %d KB are not a picture that can be used", w,
			h, bytes>>10)
	}
	return nil
}

// CheckSize says whether a picture may be as large.
func CheckSize(w, h int) error {
	if err := checkSides(image.Rectangle{Max: image.Pt(w, h)}); err != nil {
		return err
	}
	if w*h > maxPixels {
		return fmt.Errorf("%d×%d pixels are more than the %d million that are allowed", w, h,
			maxPixels/1_000_000)
	}
	return nil
}
