package bridge

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

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

// rights is what has a file go with a message; nil is none.
func rights(attached *os.File) []byte {
	if attached == nil {
		return nil
	}
	return unix.UnixRights(int(attached.Fd()))
}
