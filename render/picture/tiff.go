package picture

/*
#cgo pkg-config: libtiff-4
#include <stdlib.h>
#include "tiff.h"
*/
import "C"

import (
	"errors"
	"image"
	"os"
	"runtime"
	"unsafe"
)

// libtiff is the library for TIFF that everybody has: floats, halves, tiles, planes and every
// compression. OpenImageIO, which reads DPX as well, would bring FFmpeg, OpenCV and OpenVDB along.

// openTIFF opens a file's first picture, whose size has been checked.
func openTIFF(f *os.File) (tiff *C.pic_tiff, info C.pic_tiff_info, file *C.pic_file, close func(), err error) {
	stat, err := f.Stat()
	if err != nil {
		return nil, info, nil, nil, cause(err)
	}
	file, free := inC[C.pic_file]()
	file.fd, file.size = C.int(f.Fd()), C.int64_t(stat.Size())
	if tiff = C.pic_tiff_open(file, &info); tiff == nil {
		err = failure(file)
		free()
		return nil, info, nil, nil, err
	}
	close = func() {
		C.pic_tiff_close(tiff)
		free()
		runtime.KeepAlive(f)
	}
	if err = checkFile(int(info.width), int(info.height), stat.Size()); err != nil {
		close()
	}
	return tiff, info, file, close, err
}

func turnOf(info C.pic_tiff_info) orientation {
	if o := orientation(info.orientation); o >= 1 && o <= 8 {
		return o
	}
	return upright
}

func displayTIFF(f *os.File, _ Source) (image.Rectangle, error) {
	_, info, _, close, err := openTIFF(f)
	if err != nil {
		return image.Rectangle{}, err
	}
	defer close()
	return image.Rectangle{Max: turnOf(info).size(image.Pt(int(info.width), int(info.height)))}, nil
}

// readTIFF reads floats as light and whole numbers as sRGB.
func readTIFF(f *os.File, s Source) (*Image, error) {
	tiff, info, file, close, err := openTIFF(f)
	if err != nil {
		return nil, err
	}
	defer close()
	im := blank(image.Rect(0, 0, int(info.width), int(info.height)))
	im.HasAlpha = info.alpha != C.PIC_ALPHA_NONE
	switch {
	case bool(info.floats) && info.bits == 16:
		im.Depth = Half
	case !bool(info.floats):
		im.Depth = Byte
		if info.bits > 8 {
			im.Depth = Short
		}
	}
	if C.pic_tiff_read(tiff, (*C.float)(&im.Pix[0])) != 0 {
		return nil, failure(file)
	}
	var light func(uint16) float32 // nil: it is light, or data
	if !bool(info.floats) && !s.Data {
		light = im.describe(profileOfTIFF(tiff), false)
	}
	im.lighten(info.alpha == C.PIC_ALPHA_STRAIGHT, light)
	return im.turned(turnOf(info)), nil
}

func profileOfTIFF(tiff *C.pic_tiff) []byte {
	icc, free := inC[unsafe.Pointer]()
	defer free()
	size := C.pic_tiff_profile(tiff, icc)
	if size == 0 || size > mostICC {
		return nil
	}
	return C.GoBytes(*icc, C.int(size))
}

// lighten makes premultiplied light of what a file has.
func (im *Image) lighten(straight bool, light func(code uint16) float32) {
	if !straight && light == nil {
		return
	}
	for i := 0; i < len(im.Pix); i += 4 {
		p := im.Pix[i : i+4 : i+4]
		a := p[3]
		for c := range 3 {
			if !straight && a > 0 {
				p[c] /= a
			}
			if light != nil {
				p[c] = light(quantise(float64(p[c]), 65535))
			}
			p[c] *= a
		}
	}
}

// turned is a picture that was stored otherwise, upright.
func (im *Image) turned(turn orientation) *Image {
	if turn == upright {
		return im
	}
	stored := im.DataWindow.Size()
	to := *im
	to.DataWindow = image.Rectangle{Max: turn.size(stored)}
	to.DisplayWindow = to.DataWindow
	to.Pix = make([]float32, len(im.Pix))
	for y := range stored.Y {
		for x := range stored.X {
			at := turn.place(image.Pt(x, y), stored)
			copy(to.Row(at.Y)[4*at.X:][:4], im.Row(y)[4*x:])
		}
	}
	return &to
}

// writeTIFF writes the display window: floats as premultiplied light, bytes and shorts as sRGB.
func writeTIFF(f *os.File, im *Image) error {
	size := im.DisplayWindow.Size()
	file, free := inC[C.pic_file]()
	defer free()
	file.fd = C.int(f.Fd())
	info := C.pic_tiff_info{width: C.uint32_t(size.X), height: C.uint32_t(size.Y), orientation: 1}
	for i := range len(markValue) {
		info.software[i] = C.char(markValue[i])
	}
	var pixels unsafe.Pointer
	switch im.Depth {
	case Byte:
		info.bits, info.alpha = 8, C.PIC_ALPHA_STRAIGHT
		pixels = codes(im, EncodeByte, 255)
	case Short:
		info.bits, info.alpha = 16, C.PIC_ALPHA_STRAIGHT
		pixels = codes(im, EncodeShort, 65535)
	default:
		info.bits, info.floats, info.alpha = 32, true, C.PIC_ALPHA_PREMULTIPLIED
		pixels = floats(im)
	}
	if !im.HasAlpha {
		info.alpha = C.PIC_ALPHA_NONE
	}
	if C.pic_tiff_write(file, &info, pixels) != 0 {
		return failure(file)
	}
	runtime.KeepAlive(f)
	return nil
}

// codes are the display window as sRGB, pixel by pixel, with alpha where there is one.
func codes[T uint8 | uint16](im *Image, encode func(float32) T, most float64) unsafe.Pointer {
	all := make([]T, 0, 4*im.DisplayWindow.Dx()*im.DisplayWindow.Dy())
	im.eachDisplayed(func(_, _ int, r, g, b, a float32) {
		if all = append(all, encode(r), encode(g), encode(b)); im.HasAlpha {
			all = append(all, T(quantise(float64(a), most)))
		}
	})
	return unsafe.Pointer(unsafe.SliceData(all))
}

// floats are it as it is.
func floats(im *Image) unsafe.Pointer {
	all := make([]float32, 0, 4*im.DisplayWindow.Dx()*im.DisplayWindow.Dy())
	im.eachStored(func(_, _ int, p [4]float32) {
		if all = append(all, p[:3]...); im.HasAlpha {
			all = append(all, p[3])
		}
	})
	return unsafe.Pointer(unsafe.SliceData(all))
}

// wholeTIFF opens it: libtiff writes the directory behind everything else.
func wholeTIFF(f *os.File, _ int64) (window image.Rectangle, err error) {
	if !startsWith(f, 0, "II*\x00") {
		return window, errForeign
	}
	_, info, _, close, err := openTIFF(f)
	if err != nil {
		return window, errors.New("is cut off")
	}
	defer close()
	if C.GoString(&info.software[0]) != markValue {
		return window, errForeign
	}
	return image.Rect(0, 0, int(info.width), int(info.height)), nil
}
