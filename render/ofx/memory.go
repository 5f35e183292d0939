package ofx

/*
#include <stdlib.h>
#include "host.h"
*/
import "C"

import (
	"fmt"
	"sync"
	"unsafe"
)

// Memory that the plugin has allocated and not freed.
var allocated struct {
	mu     sync.Mutex
	blocks map[unsafe.Pointer]*Host // for whose plugin; nil where that cannot be told
	images map[*imageMemory]*Host
}

// currentHost is that of the action that this thread is in.
func currentHost() *Host {
	if c := currentCall(); c != nil {
		return c.host
	}
	return nil
}

// unfreed reports what the plugin of a host has left allocated, and frees it.
func (h *Host) unfreed() {
	allocated.mu.Lock()
	defer allocated.mu.Unlock()
	count := 0
	for block, host := range allocated.blocks {
		if host == h {
			delete(allocated.blocks, block)
			C.free(block)
			count++
		}
	}
	for memory, host := range allocated.images {
		if host == h {
			delete(allocated.images, memory)
			handles.remove(memory.handle)
			C.free(memory.block)
			count++
		}
	}
	if count > 0 {
		h.findings.add(fmt.Sprintf("%d blocks of memory were not freed", count), "Unload")
	}
}

//export goMemoryAlloc
func goMemoryAlloc(effect unsafe.Pointer, size C.size_t, result *unsafe.Pointer) C.OfxStatus {
	if result == nil {
		report("memoryAlloc was called without a place for the result")
		return C.kOfxStatErrValue
	}
	block := C.calloc(1, max(size, 1))
	give(unsafe.Pointer(result), block)
	if block == nil {
		return C.kOfxStatErrMemory
	}
	allocated.mu.Lock()
	defer allocated.mu.Unlock()
	if allocated.blocks == nil {
		allocated.blocks = map[unsafe.Pointer]*Host{}
	}
	allocated.blocks[block] = currentHost()
	return C.kOfxStatOK
}

//export goMemoryFree
func goMemoryFree(block unsafe.Pointer) C.OfxStatus {
	allocated.mu.Lock()
	_, known := allocated.blocks[block]
	delete(allocated.blocks, block)
	allocated.mu.Unlock()
	if !known {
		report("memoryFree was called with memory that memoryAlloc did not give, or twice")
		return C.kOfxStatErrBadHandle
	}
	C.free(block)
	return C.kOfxStatOK
}

// imageMemory is what imageMemoryAlloc gives out. It never moves, so that locking it is counting.
type imageMemory struct {
	handle unsafe.Pointer
	block  unsafe.Pointer
	mu     sync.Mutex
	locks  int
}

//export goImageMemoryAlloc
func goImageMemoryAlloc(effect C.OfxImageEffectHandle, size C.size_t, result *C.OfxImageMemoryHandle) C.OfxStatus {
	if effect != nil {
		if _, ok := lookup[*Instance](unsafe.Pointer(effect), "imageMemoryAlloc"); !ok {
			return C.kOfxStatErrBadHandle
		}
	}
	if result == nil {
		report("imageMemoryAlloc was called without a place for the result")
		return C.kOfxStatErrValue
	}
	m := &imageMemory{block: alignedAlloc(int(size))}
	if m.block == nil {
		return C.kOfxStatErrMemory
	}
	m.handle = handles.add(kindMemory, m)
	allocated.mu.Lock()
	if allocated.images == nil {
		allocated.images = map[*imageMemory]*Host{}
	}
	allocated.images[m] = currentHost()
	allocated.mu.Unlock()
	*result = C.OfxImageMemoryHandle(m.handle)
	return C.kOfxStatOK
}

//export goImageMemoryFree
func goImageMemoryFree(h C.OfxImageMemoryHandle) C.OfxStatus {
	m, ok := lookup[*imageMemory](unsafe.Pointer(h), "imageMemoryFree")
	if !ok || !handles.remove(m.handle) {
		return C.kOfxStatErrBadHandle
	}
	allocated.mu.Lock()
	delete(allocated.images, m)
	allocated.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks > 0 {
		report("image memory was freed while it was locked")
	}
	C.free(m.block)
	return C.kOfxStatOK
}

//export goImageMemoryLock
func goImageMemoryLock(h C.OfxImageMemoryHandle, result *unsafe.Pointer) C.OfxStatus {
	m, ok := lookup[*imageMemory](unsafe.Pointer(h), "imageMemoryLock")
	if !ok || result == nil {
		return C.kOfxStatErrBadHandle
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.locks++
	give(unsafe.Pointer(result), m.block)
	return C.kOfxStatOK
}

//export goImageMemoryUnlock
func goImageMemoryUnlock(h C.OfxImageMemoryHandle) C.OfxStatus {
	m, ok := lookup[*imageMemory](unsafe.Pointer(h), "imageMemoryUnlock")
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks == 0 {
		report("image memory was unlocked without having been locked")
		return C.kOfxStatErrValue
	}
	m.locks--
	return C.kOfxStatOK
}
