package picture

import (
	"bufio"
	"encoding/binary"
	"io"
)

// mostChunk is how long a chunk may be that is read.
const mostChunk = 16 << 20

// eachSegment visits the segments of a JPEG file until the picture begins, or visit says false.
func eachSegment(f io.Reader, visit func(kind byte, content []byte) bool) {
	r := bufio.NewReader(f)
	r.Discard(len(jpegStart))
	for {
		var segment struct {
			Mark, Kind byte
			Size       uint16
		}
		if binary.Read(r, binary.BigEndian, &segment) != nil || segment.Mark != 0xff ||
			segment.Kind == 0xda || segment.Size < 2 {
			return
		}
		content := make([]byte, segment.Size-2)
		if _, err := io.ReadFull(r, content); err != nil || !visit(segment.Kind, content) {
			return
		}
	}
}

// pngChunk finds a chunk of a PNG file: size, name, content and sum.
func pngChunk(f io.Reader, name string) []byte {
	const start, sum = 8, 4
	r := bufio.NewReader(f)
	r.Discard(start)
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil || string(head[4:]) == "IDAT" {
			return nil
		}
		if content, found := chunk(r, string(head[4:]) == name, binary.BigEndian.Uint32(head[:]),
			sum); found {
			return content
		}
	}
}

// webpChunk finds a chunk of a WebP file: name, size and content, which is made even.
func webpChunk(f io.Reader, name string) []byte {
	const start = 12
	r := bufio.NewReader(f)
	r.Discard(start)
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return nil
		}
		size := binary.LittleEndian.Uint32(head[4:])
		if content, found := chunk(r, string(head[:4]) == name, size, int64(size%2)); found {
			return content
		}
	}
}

// chunk reads a chunk that is wanted, or goes past it and what is behind it.
func chunk(r io.Reader, wanted bool, size uint32, behind int64) (content []byte, found bool) {
	if wanted && size <= mostChunk {
		content, err := io.ReadAll(io.LimitReader(r, int64(size)))
		return content, err == nil
	}
	io.CopyN(io.Discard, r, int64(size)+behind)
	return nil, false
}
