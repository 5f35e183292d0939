package network

import "golang.org/x/sys/unix"

// pages is memory that lies outside of Go's heap; release gives it back.
func pages(bytes int) ([]byte, error) {
	m, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err == nil {
		// Where there are no huge pages there are ordinary ones.
		_ = unix.Madvise(m, unix.MADV_HUGEPAGE)
	}
	return m, err
}

func release(m []byte) {
	_ = unix.Munmap(m) // fails for what is no memory of pages only
}
