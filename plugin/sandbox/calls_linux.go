package sandbox

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Sockets are those that may still be made.
type Sockets int

const (
	NoSockets   Sockets = iota
	UnixSockets         // which reach no farther than this machine
)

// Where struct seccomp_data says what of a system call. Of the first argument it is the lower
// half, which comes first on our processors.
const (
	number       = 0
	architecture = 4
	argument     = 16
)

// x32 is where the numbers of the other set of calls begin that x86-64 has.
const x32 = 0x40000000

var native = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// never are calls that nothing here needs: the ways around a filter of sockets, into other
// processes, and to other programs.
var never = []uint32{
	unix.SYS_IO_URING_SETUP, unix.SYS_PIDFD_GETFD, unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV,
	unix.SYS_PROCESS_VM_WRITEV, unix.SYS_EXECVE, unix.SYS_EXECVEAT,
}

// filter is the program that the kernel runs on every call.
func (s Sockets) filter() []unix.SockFilter {
	const allow = unix.SECCOMP_RET_ALLOW
	const unknown = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
	const refuse = unix.SECCOMP_RET_ERRNO | uint32(unix.EAFNOSUPPORT)
	p := []unix.SockFilter{load(architecture)}
	p = append(p, unless(unix.BPF_JEQ, native[runtime.GOARCH], unknown)...)
	p = append(p, load(number))
	p = append(p, when(unix.BPF_JGE, x32, unknown)...)
	for _, call := range never {
		p = append(p, when(unix.BPF_JEQ, call, unknown)...)
	}
	if s == NoSockets {
		p = append(p, when(unix.BPF_JEQ, unix.SYS_SOCKET, refuse)...)
		p = append(p, when(unix.BPF_JEQ, unix.SYS_SOCKETPAIR, refuse)...)
		return append(p, give(allow))
	}
	p = append(p, unless(unix.BPF_JEQ, unix.SYS_SOCKET, allow)...)
	p = append(p, load(argument))
	return append(append(p, when(unix.BPF_JEQ, unix.AF_UNIX, allow)...), give(refuse))
}

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func give(answer uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: answer}
}

// when gives an answer where what is loaded compares so with k, unless where it does not.
func when(compare uint16, k, answer uint32) []unix.SockFilter {
	return []unix.SockFilter{{Code: unix.BPF_JMP | compare | unix.BPF_K, K: k, Jf: 1}, give(answer)}
}

func unless(compare uint16, k, answer uint32) []unix.SockFilter {
	return []unix.SockFilter{{Code: unix.BPF_JMP | compare | unix.BPF_K, K: k, Jt: 1}, give(answer)}
}

// install has the filter be that of all threads.
func (s Sockets) install() error {
	filter := s.filter()
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	refused, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	switch {
	case errno != 0:
		return errno
	case refused != 0: // the number of a thread, which has another filter
		return unix.EBUSY
	}
	return nil
}
