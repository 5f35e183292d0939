package bridge

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// The seals keep either side from resizing the memory under the other, which would be
// SIGBUS in an artist's session.
const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL

// NewMemory makes anonymous memory of a fixed size that can be sent along with a frame.
func NewMemory(size int) (*os.File, error) {
	fd, err := unix.MemfdCreate("impasto", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("memfd_create: %w", err)
	}
	f := os.NewFile(uintptr(fd), "impasto")
	if err := f.Truncate(int64(size)); err != nil {
		f.Close()
		return nil, fmt.Errorf("sizing %d bytes of shared memory: %w", size, err)
	}
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		f.Close()
		return nil, fmt.Errorf("sealing shared memory: %w", err)
	}
	return f, nil
}

// MapMemory maps memory that came with a frame, after checking that nobody can resize
// it any more. Unmap releases it; the file may be closed before that.
func MapMemory(f *os.File) ([]byte, error) {
	have, err := unix.FcntlInt(f.Fd(), unix.F_GET_SEALS, 0)
	if err != nil {
		return nil, fmt.Errorf("the attached descriptor is not shared memory: %w", err)
	}
	if have&(unix.F_SEAL_SHRINK|unix.F_SEAL_GROW) != unix.F_SEAL_SHRINK|unix.F_SEAL_GROW {
		return nil, fmt.Errorf("the attached memory is not sealed against resizing")
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return nil, fmt.Errorf("looking at shared memory: %w", err)
	}
	if st.Size <= 0 || st.Size > 3*maxPixels*16 {
		return nil, fmt.Errorf("shared memory of %d bytes", st.Size)
	}
	b, err := unix.Mmap(int(f.Fd()), 0, int(st.Size), unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("mapping %d bytes of shared memory: %w", st.Size, err)
	}
	return b, nil
}

// Unmap ends a mapping that MapMemory made.
func Unmap(b []byte) error { return unix.Munmap(b) }
