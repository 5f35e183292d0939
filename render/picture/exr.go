package picture

/*
#cgo CFLAGS: -std=c11 -O2 -Wall -Wextra -Werror
#cgo CXXFLAGS: -std=c++17 -O2 -Wall -Wextra -Werror
#cgo pkg-config: OpenEXR
#cgo LDFLAGS: -Wl,--as-needed
#include <stdlib.h>
#include <string.h>
#include "exr.h"
#include "exr_half.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

// compressionInfo is what the format has for a compression.
type compressionInfo struct {
	name     string
	code     byte
	lines    int // of a chunk
	lossless bool
}

var compressions = []compressionInfo{
	ZIP:          {"zip", 3, 16, true},
	ZIPS:         {"zips", 2, 1, true},
	PIZ:          {"piz", 4, 32, true},
	RLE:          {"rle", 1, 1, true},
	Uncompressed: {"none", 0, 1, true},
	PXR24:        {"pxr24", 5, 16, false},
	B44:          {"b44", 6, 32, false},
	B44A:         {"b44a", 7, 32, false},
	DWAA:         {"dwaa", 8, 32, false},
	DWAB:         {"dwab", 9, 256, false},
}

// refusal is a sentence about a file with which nothing is wrong.
type refusal string

func (r refusal) Error() string { return string(r) }

// workingBytes is how much memory the library may take for the chunks that it works on; it has two
// for every thread, packed and unpacked.
const workingBytes = 1 << 30

// maxTile is the area of the largest tiles that are written; pictures of larger ones get scan
// lines.
const maxTile = 4096 * 4096

func threads(chunkBytes int64) C.int {
	return C.int(min(int64(runtime.NumCPU()), max(1, workingBytes/(4*max(1, chunkBytes)))))
}

// inC makes something of C's, which the library may keep the address of. It is all zeros.
func inC[T any]() (*T, func()) {
	p := C.calloc(1, C.size_t(unsafe.Sizeof(*new(T))))
	return (*T)(p), func() { C.free(p) }
}

// failure is what went wrong, in the library's words where it had any.
func failure(file *C.pic_file) error {
	if file.sys_error != 0 {
		return syscall.Errno(file.sys_error)
	}
	said := C.GoString(&file.message[0])
	if _, reason, ok := strings.Cut(said, "\"picture\". "); ok { // it names the file first
		said = reason
	}
	return errors.New(said)
}

// headEXR reads a file's headers, and words what is wrong with them.
func headEXR(f *os.File, s Source) (*Image, *choice, int64, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, nil, 0, cause(err)
	}
	var refused refusal
	im, choice, err := openEXR(f, info.Size(), s)
	if err != nil && !errors.As(err, &refused) {
		err = fmt.Errorf("its header is broken or cut off (%w)", err)
	}
	return im, choice, info.Size(), err
}

func displayEXR(f *os.File, s Source) (image.Rectangle, error) {
	im, _, _, err := headEXR(f, s)
	if err != nil {
		return image.Rectangle{}, err
	}
	return im.DisplayWindow, nil
}

// readEXR reads a layer of a file.
func readEXR(f *os.File, s Source) (*Image, error) {
	im, choice, size, err := headEXR(f, s)
	if err != nil {
		return nil, err
	}
	file, done := inC[C.pic_file]()
	defer done()
	file.fd, file.size, file.threads = C.int(f.Fd()), C.int64_t(size), threads(choice.chunkBytes)
	c, done := inC[C.pic_choice]()
	defer done()
	c.part = C.int(choice.part)
	for i, v := range corners(im.DataWindow) {
		c.window[i] = C.int32_t(v)
	}
	for i, name := range choice.channels {
		setName(&c.channel[i], name)
	}
	if choice.chroma {
		c.chroma = 1
		setName(&c.layer, choice.prefix)
	}
	im.Pix = make([]float32, 4*im.DataWindow.Dx()*im.DataWindow.Dy())
	failed := C.pic_read(file, c, (*C.float)(&im.Pix[0])) != 0
	runtime.KeepAlive(f)
	if failed {
		return nil, fmt.Errorf("it is broken or cut off at scan line %d of %d to %d (%w)",
			int(c.bad_line), im.DataWindow.Min.Y, im.DataWindow.Max.Y-1, failure(file))
	}
	if !im.HasAlpha {
		for i := 3; i < len(im.Pix); i += 4 {
			im.Pix[i] = 1
		}
	}
	return im, nil
}

// openEXR reads a file's headers: what the picture will be, without pixels, and what they are read
// from.
func openEXR(f *os.File, size int64, s Source) (*Image, *choice, error) {
	parts, _, err := readHeaders(f, size)
	if err != nil {
		return nil, nil, err
	}
	choice, err := choose(parts, s.Layer, s.Data)
	if err != nil {
		return nil, nil, err
	}
	h := parts[choice.part]
	im := &Image{HasAlpha: choice.alpha, Windowed: true, Metadata: h.metadata()}
	if !s.Data {
		im.Colourspace = h.colourspace()
	}
	l, err := h.layout()
	if err != nil {
		return nil, nil, err
	}
	im.DataWindow, im.Compression = l.data, l.compression
	if l.tile.X*l.tile.Y <= maxTile {
		im.Tile = l.tile
	}
	if im.DisplayWindow, err = h.window("displayWindow"); err != nil {
		return nil, nil, err
	}
	if err := h.decode("pixelAspectRatio", "float", &im.PixelAspect); err != nil {
		return nil, nil, err
	}
	for _, err := range []error{checkFile(im.DataWindow.Dx(), im.DataWindow.Dy(), size),
		checkSize(im.DisplayWindow)} {
		if err != nil {
			return nil, nil, refusal(err.Error())
		}
	}
	if choice.half {
		im.Depth = Half
	}
	if !compressions[im.Compression].lossless {
		im.Compression = ZIP
	}
	im.PixelAspect = sane(im.PixelAspect)
	return im, choice, nil
}

func setName(to *[C.PIC_NAME]C.char, name string) {
	for i := range min(len(name), len(to)-1) {
		to[i] = C.char(name[i])
	}
}

func writeEXR(f *os.File, im *Image) error {
	file, done := inC[C.pic_file]()
	defer done()
	size := layout{im.DataWindow, im.Compression, im.Tile}.chunk()
	file.fd, file.threads = C.int(f.Fd()), threads(16*int64(size.X*size.Y))
	header := newHeader(im).encode()
	failed := C.pic_write(file, unsafe.Pointer(&header[0]), C.int(len(header)),
		(*C.float)(&im.Pix[0])) != 0
	runtime.KeepAlive(f)
	if failed {
		return failure(file)
	}
	return nil
}

// Halves converts samples to halves; to is as long as from.
func Halves(to []uint16, from []float32) {
	if len(from) > 0 {
		C.pic_halves((*C.uint16_t)(&to[:len(from)][0]), (*C.float)(&from[0]), C.size_t(len(from)))
	}
}

// Floats converts halves to floats, bit for bit; to is as long as from.
func Floats(to []float32, from []uint16) {
	if len(from) > 0 {
		C.pic_floats((*C.float)(&to[:len(from)][0]), (*C.uint16_t)(&from[0]), C.size_t(len(from)))
	}
}

// sane is a pixel aspect that can be computed with.
func sane(aspect float32) float32 {
	if a := float64(aspect); a > 1e-3 && a < 1e3 && !math.IsNaN(a) {
		return aspect
	}
	return 1
}
