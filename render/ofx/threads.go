package ofx

/*
#include "host.h"
*/
import "C"

import (
	"runtime"
	"sync"
	"unsafe"
)

//export goMultiThread
func goMultiThread(function *C.OfxThreadFunctionV1, count C.uint, argument unsafe.Pointer) C.OfxStatus {
	if function == nil {
		report("multiThread was called without a function")
		return C.kOfxStatFailed
	}
	if C.host_thread_index() >= 0 {
		return C.kOfxStatErrExists // it does not nest
	}
	if count == 0 {
		count = C.uint(runtime.NumCPU())
	}
	id := C.host_current_call()
	// Every call counts to count, but no more of them run at once than make sense.
	slots := make(chan struct{}, max(runtime.NumCPU(), 1))
	var running sync.WaitGroup
	for i := range count {
		slots <- struct{}{}
		running.Go(func() {
			C.host_thread(function, i, count, argument, id)
			<-slots
		})
	}
	running.Wait()
	return C.kOfxStatOK
}

//export goMultiThreadNumCPUs
func goMultiThreadNumCPUs(count *C.uint) C.OfxStatus {
	if count == nil {
		return C.kOfxStatErrValue
	}
	*count = C.uint(runtime.NumCPU())
	if c := currentCall(); c != nil && c.instance != nil && c.host.Profile.countsOutBusy {
		*count = 1
	}
	return C.kOfxStatOK
}

//export goMultiThreadIndex
func goMultiThreadIndex(index *C.uint) C.OfxStatus {
	if index == nil {
		return C.kOfxStatErrValue
	}
	*index = C.uint(max(C.host_thread_index(), 0))
	return C.kOfxStatOK
}

//export goMultiThreadIsSpawnedThread
func goMultiThreadIsSpawnedThread() C.int {
	return C.int(flag(C.host_thread_index() >= 0))
}

type mutex struct {
	handle unsafe.Pointer
	c      *C.host_mutex
}

//export goMutexCreate
func goMutexCreate(result *C.OfxMutexHandle, locks C.int) C.OfxStatus {
	if result == nil {
		report("mutexCreate was called without a place for the result")
		return C.kOfxStatErrValue
	}
	m := &mutex{c: C.host_mutex_new()}
	if m.c == nil {
		return C.kOfxStatErrMemory
	}
	for range locks {
		C.host_mutex_lock(m.c)
	}
	m.handle = handles.add(kindMutex, m)
	*result = C.OfxMutexHandle(m.handle)
	return C.kOfxStatOK
}

//export goMutexDestroy
func goMutexDestroy(h C.OfxMutexHandle) C.OfxStatus {
	m, ok := lookup[*mutex](unsafe.Pointer(h), "mutexDestroy")
	if !ok || !handles.remove(m.handle) {
		return C.kOfxStatErrBadHandle
	}
	if C.host_mutex_free(m.c) != 0 {
		report("a mutex was destroyed while it was locked")
	}
	return C.kOfxStatOK
}

//export goMutexLock
func goMutexLock(h C.OfxMutexHandle) C.OfxStatus {
	m, ok := lookup[*mutex](unsafe.Pointer(h), "mutexLock")
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	C.host_mutex_lock(m.c)
	return C.kOfxStatOK
}

//export goMutexUnLock
func goMutexUnLock(h C.OfxMutexHandle) C.OfxStatus {
	m, ok := lookup[*mutex](unsafe.Pointer(h), "mutexUnLock")
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	if C.host_mutex_unlock(m.c) != 0 {
		report("a mutex was unlocked by a thread that had not locked it")
		return C.kOfxStatFailed
	}
	return C.kOfxStatOK
}

//export goMutexTryLock
func goMutexTryLock(h C.OfxMutexHandle) C.OfxStatus {
	m, ok := lookup[*mutex](unsafe.Pointer(h), "mutexTryLock")
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	if C.host_mutex_try_lock(m.c) != 0 {
		return C.kOfxStatFailed
	}
	return C.kOfxStatOK
}
