package sandbox

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Right is what may still be done with a file, or with all files of a folder.
type Right uint64

const (
	List   Right = unix.LANDLOCK_ACCESS_FS_READ_DIR
	Read   Right = List | unix.LANDLOCK_ACCESS_FS_READ_FILE
	Run    Right = Read | unix.LANDLOCK_ACCESS_FS_EXECUTE
	Change Right = Read | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE |
		unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_DIR |
		unix.LANDLOCK_ACCESS_FS_MAKE_SOCK |
		unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR
	Use Right = Read | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE |
		unix.LANDLOCK_ACCESS_FS_IOCTL_DEV // of devices
	Tidy Right = unix.LANDLOCK_ACCESS_FS_REMOVE_DIR // of folders that are empty

	ofFiles Right = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE |
		unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE |
		unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// Files are those that remain, as far as they are there when they are named.
type Files map[Right][]string

// known are the rights that this kernel can take away: none where it has no Landlock.
func known() Right {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0,
		unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	rights := Right(unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1) // of the first version
	for _, more := range []struct {
		version uintptr
		right   Right
	}{
		{2, unix.LANDLOCK_ACCESS_FS_REFER}, {3, unix.LANDLOCK_ACCESS_FS_TRUNCATE},
		{5, unix.LANDLOCK_ACCESS_FS_IOCTL_DEV},
	} {
		if version >= more.version {
			rights |= more.right
		}
	}
	return rights
}

// restrict takes these rights away from this thread, but for those to its files.
func (f Files) restrict(rights Right) error {
	set := unix.LandlockRulesetAttr{Handled_access_fs: uint64(rights)}
	// The other fields are of later versions.
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&set)),
		unsafe.Sizeof(set.Handled_access_fs), 0)
	if errno != 0 {
		return errno
	}
	defer unix.Close(int(fd))
	for right, paths := range f {
		for _, path := range paths {
			if err := leave(fd, path, right&rights); err != nil {
				return fmt.Errorf("but for %s: %w", path, err)
			}
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// leave has a right remain.
func leave(set uintptr, path string, right Right) error {
	f, err := os.OpenFile(path, unix.O_PATH, 0)
	if err != nil {
		return nil // what cannot be had now cannot be had inside
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if !st.IsDir() {
		right &= ofFiles
	}
	if right == 0 {
		return nil
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: uint64(right), Parent_fd: int32(f.Fd())}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, set,
		unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
