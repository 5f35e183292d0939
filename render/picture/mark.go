package picture

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// Everything that is written says by whom, so that its place can be told from a placeholder's.
const (
	markName  = "Software"
	markValue = "Impasto"
)

// What the formats' files begin with: of PNG to the end of its header's chunk.
const (
	pngStart  = "\x89PNG\r\n\x1a\n" + "sizeIHDR" + "width---" + "depth" + "sum-"
	jpegStart = "\xff\xd8"
)

// pngMark is a chunk tEXt.
func pngMark() []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(markName)+1+len(markValue)))
	chunk = append(chunk, "tEXt"+markName+"\x00"+markValue...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// jpegMark is a comment.
func jpegMark() []byte {
	segment := binary.BigEndian.AppendUint16([]byte("\xff\xfe"), uint16(2+len(markValue)))
	return append(segment, markValue...)
}

// inserting writes something more at a place in what an encoder writes.
type inserting struct {
	to   io.Writer
	at   int // bytes until then
	what []byte
}

func (i *inserting) Write(b []byte) (int, error) {
	if i.what == nil || len(b) < i.at {
		i.at -= len(b)
		return i.to.Write(b)
	}
	what := i.what
	i.what = nil
	for _, part := range [][]byte{b[:i.at], what, b[i.at:]} {
		if _, err := i.to.Write(part); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}
