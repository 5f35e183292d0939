package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
)

// orientation is how a camera was held, by the numbers of EXIF: what is done to the stored picture
// to have it upright.
type orientation uint16

const upright orientation = 1

// size is that of the upright picture.
func (o orientation) size(stored image.Point) image.Point {
	if o >= 5 {
		return image.Pt(stored.Y, stored.X)
	}
	return stored
}

// place is where a stored pixel of a picture of that size lies upright.
func (o orientation) place(p, size image.Point) image.Point {
	last := size.Sub(image.Pt(1, 1))
	switch o {
	case 2: // mirrored
		return image.Pt(last.X-p.X, p.Y)
	case 3: // upside down
		return last.Sub(p)
	case 4:
		return image.Pt(p.X, last.Y-p.Y)
	case 5:
		return image.Pt(p.Y, p.X)
	case 6: // on its left side
		return image.Pt(last.Y-p.Y, p.X)
	case 7:
		return image.Pt(last.Y-p.Y, last.X-p.X)
	case 8: // on its right side
		return image.Pt(p.Y, last.X-p.X)
	}
	return p
}

// orientationOf reads EXIF, which is the directory of a TIFF file (EXIF 2.32, 4.6.4). What cannot
// be read is upright.
func orientationOf(exif []byte) orientation {
	const tag, short = 0x0112, 3
	var order binary.ByteOrder = binary.LittleEndian
	if bytes.HasPrefix(exif, []byte("MM\x00*")) {
		order = binary.BigEndian
	} else if !bytes.HasPrefix(exif, []byte("II*\x00")) {
		return upright
	}
	at := func(offset uint64, bytes int) []byte {
		if offset+uint64(bytes) > uint64(len(exif)) {
			return make([]byte, bytes)
		}
		return exif[offset:][:bytes]
	}
	directory := uint64(order.Uint32(at(4, 4)))
	for i := range uint64(order.Uint16(at(directory, 2))) {
		entry := at(directory+2+12*i, 12)
		if order.Uint16(entry) == tag && order.Uint16(entry[2:]) == short {
			if o := orientation(order.Uint16(entry[8:])); o >= 1 && o <= 8 {
				return o
			}
		}
	}
	return upright
}

// jpegExif finds it in a segment APP1.
func jpegExif(f io.Reader) (exif []byte) {
	eachSegment(f, func(kind byte, content []byte) bool {
		if found, ok := bytes.CutPrefix(content, []byte("Exif\x00\x00")); ok && kind == 0xe1 {
			exif = found
		}
		return exif == nil
	})
	return exif
}

// pngExif finds it in a chunk eXIf.
func pngExif(f io.Reader) []byte { return pngChunk(f, "eXIf") }

// webpExif finds it in a chunk EXIF.
func webpExif(f io.Reader) []byte {
	return bytes.TrimPrefix(webpChunk(f, "EXIF"), []byte("Exif\x00\x00")) // which some write
}
