package picture

/*
#cgo CFLAGS: -std=c11 -O2 -Wall -Wextra -Werror
#cgo pkg-config: OpenEXR
#cgo LDFLAGS: -Wl,--as-needed
#include <stdlib.h>
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
	"syscall"
	"unsafe"
)

var exrCompressions = map[Compression]C.exr_compression_t{
	ZIP:          C.EXR_COMPRESSION_ZIP,
	ZIPS:         C.EXR_COMPRESSION_ZIPS,
	PIZ:          C.EXR_COMPRESSION_PIZ,
	RLE:          C.EXR_COMPRESSION_RLE,
	Uncompressed: C.EXR_COMPRESSION_NONE,
}

// newFile returns a pic_file in C's memory, since the library keeps its address.
func newFile(f *os.File) (*C.pic_file, func()) {
	file := (*C.pic_file)(C.calloc(1, C.sizeof_pic_file))
	file.fd = C.int(f.Fd())
	return file, func() {
		C.pic_close(file)
		C.free(unsafe.Pointer(file))
		runtime.KeepAlive(f)
	}
}

// failure is what went wrong, in the library's words where it had any.
func failure(file *C.pic_file) error {
	if file.sys_error != 0 {
		return syscall.Errno(file.sys_error)
	}
	return errors.New(C.GoString(&file.message[0]))
}

func readEXR(f *os.File) (*Image, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, cause(err)
	}
	file, done := newFile(f)
	defer done()
	file.size = C.int64_t(info.Size())
	switch C.pic_open(file) {
	case C.PIC_BROKEN:
		return nil, fmt.Errorf("its header is broken or cut off (%w)", failure(file))
	case C.PIC_REFUSED:
		return nil, failure(file)
	}
	data, err := window(file.data_window)
	if err != nil {
		return nil, err
	}
	display, err := window(file.display_window)
	if err != nil {
		return nil, err
	}
	im := &Image{
		DataWindow:    data,
		DisplayWindow: display,
		PixelAspect:   sane(float32(file.pixel_aspect)),
		Pix:           make([]float32, 4*data.Dx()*data.Dy()),
		HasAlpha:      file.slot[3] >= 0,
	}
	if file.all_half != 0 {
		im.Depth = Half
	}
	for c, code := range exrCompressions {
		if code == file.compression {
			im.Compression = c
		}
	}
	if !im.HasAlpha {
		for i := 3; i < len(im.Pix); i += 4 {
			im.Pix[i] = 1
		}
	}
	var line C.int
	switch C.pic_read(file, (*C.float)(&im.Pix[0]), &line) {
	case C.PIC_REFUSED:
		return nil, failure(file)
	case C.PIC_BROKEN:
		return nil, fmt.Errorf("it is broken or cut off at scan line %d of %d to %d (%w)",
			int(line), data.Min.Y, data.Max.Y-1, failure(file))
	}
	return im, nil
}

func writeEXR(f *os.File, im *Image) error {
	file, done := newFile(f)
	defer done()
	file.data_window = corners(im.DataWindow)
	file.display_window = corners(im.DisplayWindow)
	file.pixel_aspect = C.float(im.PixelAspect)
	file.compression = exrCompressions[im.Compression]
	if im.Depth == Half || im.Depth == Byte {
		file.all_half = 1
	}
	alpha := C.int(0)
	if im.HasAlpha {
		alpha = 1
	}
	if C.pic_write(file, (*C.float)(&im.Pix[0]), alpha) != 0 {
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

// window turns the first and last pixels that a file names into a rectangle.
func window(corners [4]C.int32_t) (image.Rectangle, error) {
	r := image.Rectangle{
		Min: image.Pt(int(corners[0]), int(corners[1])),
		Max: image.Pt(int(corners[2])+1, int(corners[3])+1),
	}
	return r, checkSize(r)
}

func corners(r image.Rectangle) [4]C.int32_t {
	return [4]C.int32_t{C.int32_t(r.Min.X), C.int32_t(r.Min.Y), C.int32_t(r.Max.X - 1), C.int32_t(r.Max.Y - 1)}
}

// sane is a pixel aspect that can be computed with.
func sane(aspect float32) float32 {
	if a := float64(aspect); a > 1e-3 && a < 1e3 && !math.IsNaN(a) {
		return aspect
	}
	return 1
}
