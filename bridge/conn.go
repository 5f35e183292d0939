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

	"golang.org/x/sys/unix"
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

// NewConn takes over a connected stream socket. The file is closed.
func NewConn(f *os.File) (*Conn, error) {
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("%s is not a socket: %w", f.Name(), err)
	}
	socket, ok := c.(*net.UnixConn)
	if !ok {
		c.Close()
		return nil, fmt.Errorf("%s is not a local socket", f.Name())
	}
	return &Conn{socket: socket}, nil
}

// Pair makes two connected sockets: one for this process, one to hand on.
func Pair() (*Conn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	other := os.NewFile(uintptr(fds[1]), "socketpair")
	mine, err := NewConn(os.NewFile(uintptr(fds[0]), "socketpair"))
	if err != nil {
		other.Close()
		return nil, nil, err
	}
	return mine, other, nil
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
	var rights []byte
	if attached != nil {
		rights = unix.UnixRights(int(attached.Fd()))
	}

	c.write.Lock()
	defer c.write.Unlock()
	// A socket may take a frame in parts; the descriptor goes with the first byte.
	n, _, err := c.socket.WriteMsgUnix(head, rights, nil)
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
		return m, attached, fmt.Errorf("a message of %d bytes is over the limit of %d", size, MaxBody)
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

// read is one recvmsg with room for the descriptor that a frame may bring.
func (c *Conn) read(b []byte) (int, *os.File, error) {
	rights := make([]byte, unix.CmsgSpace(4))
	n, nr, flags, _, err := c.socket.ReadMsgUnix(b, rights)
	if errors.Is(err, io.EOF) {
		return 0, nil, io.EOF
	}
	if err != nil {
		return 0, nil, err
	}
	file, err := oneFile(rights[:nr], flags)
	return n, file, err
}

// oneFile unpacks ancillary data. Space for a descriptor is rounded up to eight bytes,
// so a second one may have come through: every one has to be closed or used.
func oneFile(rights []byte, flags int) (*os.File, error) {
	if len(rights) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil {
		return nil, fmt.Errorf("ancillary data: %w", err)
	}
	var files []*os.File
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			continue // other ancillary data carries no descriptors
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "attached"))
		}
	}
	if len(files) == 1 && flags&unix.MSG_CTRUNC == 0 {
		return files[0], nil
	}
	for _, f := range files {
		f.Close()
	}
	return nil, fmt.Errorf("%d descriptors with one message, at the least", len(files))
}
