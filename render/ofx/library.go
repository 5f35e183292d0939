package ofx

/*
#include <dlfcn.h>
#include <stdlib.h>
#include "host.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unsafe"
)

// Library is a plugin binary that is loaded.
type Library struct {
	Path    string // of the binary
	Bundle  string // of the bundle, or the folder of a bare binary
	Effects []Entry

	host   *Host
	handle unsafe.Pointer
}

// Entry is a plugin that a library names.
type Entry struct {
	ID           string
	Major, Minor int
	// Unfit says why it cannot be used; empty for an image effect of an interface that we know.
	Unfit string

	plugin *C.OfxPlugin
}

// architectures are the names of folders in a bundle, as the standard has them for this system.
func architectures() []string {
	switch runtime.GOOS + "/" + runtime.GOARCH {
	case "linux/amd64":
		return []string{"Linux-x86-64"}
	case "linux/386":
		return []string{"Linux-x86"}
	case "darwin/amd64", "darwin/arm64":
		return []string{"MacOS", "MacOS-x86-64"}
	}
	return []string{"Linux-" + runtime.GOARCH, "Linux-" +
		map[string]string{"arm64": "aarch64"}[runtime.GOARCH]}
}

// findBinary finds the file to load in a bundle.
func findBinary(path string) (file, bundle string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", "", fmt.Errorf("plugin %s cannot be found: %w", path, errors.Unwrap(err))
	}
	if !info.IsDir() {
		path, err = filepath.Abs(path)
		bundle = filepath.Dir(path)
		if up := filepath.Dir(filepath.Dir(bundle)); strings.HasSuffix(up, ".ofx.bundle") {
			bundle = up
		}
		return path, bundle, err
	}
	if bundle, err = filepath.Abs(path); err != nil {
		return "", "", err
	}
	name := strings.TrimSuffix(filepath.Base(bundle), ".bundle")
	for _, arch := range architectures() {
		file = filepath.Join(bundle, "Contents", arch, name)
		if _, err := os.Stat(file); err == nil {
			return file, bundle, nil
		}
	}
	return "", "", fmt.Errorf("bundle %s has no Contents/%s/%s: it is not made for this system, "+
		"or not an OFX bundle",
		path, architectures()[0], name)
}

// Open loads a bundle or an .ofx file for this host.
func (h *Host) Open(path string) (*Library, error) {
	file, bundle, err := findBinary(path)
	if err != nil {
		return nil, err
	}
	l := &Library{Path: file, Bundle: bundle, host: h}
	name := C.CString(file)
	defer C.free(unsafe.Pointer(name))
	if l.handle = C.dlopen(name, C.RTLD_LAZY|C.RTLD_LOCAL); l.handle == nil {
		return nil, fmt.Errorf("%s cannot be loaded: %s", file, C.GoString(C.dlerror()))
	}
	if err := l.list(); err != nil {
		C.dlclose(l.handle)
		return nil, err
	}
	return l, nil
}

func (l *Library) symbol(name string) unsafe.Pointer {
	c := C.CString(name)
	defer C.free(unsafe.Pointer(c))
	return C.dlsym(l.handle, c)
}

func (l *Library) list() error {
	count, get := l.symbol("OfxGetNumberOfPlugins"), l.symbol("OfxGetPlugin")
	if count == nil || get == nil {
		return fmt.Errorf("%s is not an OFX plugin: it does not export OfxGetNumberOfPlugins "+
			"and OfxGetPlugin", l.Path)
	}
	if set := l.symbol("OfxSetHost"); set != nil {
		if status := C.host_bundle_set_host(set, l.host.c); status != C.kOfxStatOK {
			return fmt.Errorf("%s refuses this host: OfxSetHost answered %s", l.Path,
				statusName(int(status)))
		}
	}
	for i := range int(C.host_bundle_count(count)) {
		plugin := C.host_bundle_plugin(get, C.int(i))
		if plugin == nil {
			continue // the standard's way of saying that this one will not do here
		}
		l.Effects = append(l.Effects, entry(plugin))
	}
	if len(l.Effects) == 0 {
		return fmt.Errorf("%s holds no plugins", l.Path)
	}
	return nil
}

func entry(plugin *C.OfxPlugin) Entry {
	e := Entry{
		ID:     C.GoString((*C.char)(plugin.pluginIdentifier)),
		Major:  int(plugin.pluginVersionMajor),
		Minor:  int(plugin.pluginVersionMinor),
		plugin: plugin,
	}
	api := C.GoString((*C.char)(plugin.pluginApi))
	switch {
	case api != C.kOfxImageEffectPluginApi:
		e.Unfit = fmt.Sprintf("it is not an image effect, but a plugin of %q", api)
	case plugin.apiVersion != C.kOfxImageEffectPluginApiVersion:
		e.Unfit = fmt.Sprintf("it speaks version %d of the interface, which is not known here",
			int(plugin.apiVersion))
	case e.ID == "":
		e.Unfit = "it has no identifier"
	case plugin.setHost == nil || plugin.mainEntry == nil:
		e.Unfit = "it has no entry point"
	}
	return e
}

// Effect finds an effect by its identifier, in its newest version. Without an identifier the
// library must hold one effect only.
func (l *Library) Effect(id string) (Entry, error) {
	var best *Entry
	var ids []string
	for i := range l.Effects {
		e := &l.Effects[i]
		if !slices.Contains(ids, e.ID) {
			ids = append(ids, e.ID)
		}
		if id != "" && e.ID != id {
			continue
		}
		if best == nil || e.Major > best.Major || (e.Major == best.Major && e.Minor > best.Minor) {
			best = e
		}
	}
	switch {
	case id == "" && len(ids) > 1:
		return Entry{}, fmt.Errorf("%s holds %d effects; name one with --effect: %s", l.Path,
			len(ids), strings.Join(ids, ", "))
	case best == nil:
		return Entry{},
			fmt.Errorf("%s has no effect %s; it holds %s", l.Path, id, strings.Join(ids, ", "))
	case best.Unfit != "":
		return Entry{},
			fmt.Errorf("effect %s of %s cannot be used: %s", best.ID, l.Path, best.Unfit)
	}
	return *best, nil
}

// Close unloads the library. Its effects must have been closed.
func (l *Library) Close() {
	C.dlclose(l.handle)
}
