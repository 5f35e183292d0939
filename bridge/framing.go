package bridge

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

const (
	magic      = "IMPb"
	headerSize = len(magic) + 4

	// MaxBody bounds a frame: an inline UHD plate, its mask and the map around them.
	MaxBody = 256 << 20

	// readAhead is what a body may take before it has arrived: memory is for what came,
	// not for what a header promises.
	readAhead = 64 << 10
)

// Conn sends and receives frames. One goroutine may receive while any number send.
type Conn struct {
	socket *net.UnixConn
	write  sync.Mutex
}

// Close ends the connection. A Receive that waits returns net.ErrClosed.
func (c *Conn) Close() error { return c.socket.Close() }

// SetReceiveDeadline bounds the next Receive; the zero time takes the bound away.
func (c *Conn) SetReceiveDeadline(t time.Time) error { return c.socket.SetReadDeadline(t) }

// Send writes one frame. The attached file, which may be nil, stays the caller's.
func (c *Conn) Send(m Message, attached *os.File) error {
	start, err := m.body()
	if err != nil {
		return err
	}
	size := len(start) + len(m.Fields)
	if size > MaxBody {
		return fmt.Errorf("a %s message of %d bytes is over the limit of %d", m.Kind, size, MaxBody)
	}
	// One system call for everything but inline pixels.
	head := make([]byte, 0, headerSize+len(start)+min(len(m.Fields), readAhead))
	head = append(head, magic...)
	head = binary.BigEndian.AppendUint32(head, uint32(size))
	head = append(head, start...)
	fields := m.Fields
	if len(fields) <= readAhead {
		head = append(head, fields...)
		fields = nil
	}

	c.write.Lock()
	defer c.write.Unlock()
	// A socket may take a frame in parts; the descriptor goes with the first byte.
	n, _, err := c.socket.WriteMsgUnix(head, rights(attached), nil)
	if err == nil && n < len(head) {
		_, err = c.socket.Write(head[n:])
	}
	if err == nil && len(fields) > 0 {
		_, err = c.socket.Write(fields)
	}
	if err != nil {
		return fmt.Errorf("sending %s: %w", m.Kind, err)
	}
	return nil
}

// SendFields is NewMessage and Send.
func (c *Conn) SendFields(kind Kind, id uint64, fields any) error {
	m, err := NewMessage(kind, id, fields)
	if err != nil {
		return err
	}
	return c.Send(m, nil)
}

// Receive reads one frame. The attached file, if there is one, is the caller's to
// close. io.EOF says that the peer closed the connection between two frames; after any
// error the connection is of no more use.
func (c *Conn) Receive() (m Message, attached *os.File, err error) {
	defer func() {
		if err != nil && attached != nil {
			attached.Close()
			attached = nil
		}
	}()
	var header [headerSize]byte
	for n := 0; n < headerSize; {
		got, file, err := c.read(header[n:])
		if file != nil && attached != nil {
			file.Close()
			return m, attached, errors.New("a message with more than one descriptor")
		} else if file != nil {
			attached = file
		}
		if err == io.EOF && n > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return m, attached, err
		}
		n += got
	}
	if string(header[:len(magic)]) != magic {
		return m, attached, fmt.Errorf("%q is not the start of a message", header[:])
	}
	size := int64(binary.BigEndian.Uint32(header[len(magic):]))
	if size > MaxBody {
		return m, attached,
			fmt.Errorf("a message of %d bytes is over the limit of %d", size, MaxBody)
	}
	var body bytes.Buffer
	body.Grow(int(min(size, readAhead)))
	if _, err = io.CopyN(&body, c.socket, size); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return m, attached, fmt.Errorf("a message cut short: %w", err)
	}
	m, err = parse(body.Bytes())
	return m, attached, err
}
