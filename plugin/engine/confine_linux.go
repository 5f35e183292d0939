package engine

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/go-plugin"
	"golang.org/x/sys/unix"

	"impasto.net/plugin/config"
	"impasto.net/plugin/lease"
	"impasto.net/plugin/sandbox"
	"impasto.net/plugin/style"
	"impasto.net/plugin/sysinfo"
)

// confine leaves this process the files that painting takes, those of the folders beside,
// and no sockets but those of this machine. It says what the kernel has not.
func confine(bank style.Bank, library string, beside ...string) (lacks []string, err error) {
	lacks, err = sandbox.Enter(func() sandbox.Files {
		files := libraries(library)
		read := append(files[sandbox.Read], beside...)
		for _, folder := range bank {
			read = append(append(read, folder), linked(folder)...)
		}
		files[sandbox.Read] = append(read, drivers()...)
		files[sandbox.Change] = caches()
		files[sandbox.Use] = deviceFiles()
		files[sandbox.List] = []string{"/dev"}
		if folder, err := lease.Folder(); err == nil {
			files[sandbox.Change] = append(files[sandbox.Change], folder)
		}
		if folder := os.Getenv(plugin.EnvUnixSocketDir); folder != "" {
			files[sandbox.Change] = append(files[sandbox.Change], folder)
			files[sandbox.Tidy] = []string{filepath.Dir(folder)}
		}
		return files
	}, sandbox.UnixSockets)
	for _, folder := range bank {
		hold(append(linked(folder), folder)...)
	}
	return lacks, err
}

// held are folders that are kept open.
var held []*os.File

// hold keeps folders from being unmounted, as an automounter does with what is not in use.
// Mounted again they would be others, which this process could not read.
func hold(folders ...string) {
	for _, folder := range folders {
		if f, err := os.OpenFile(folder, unix.O_DIRECTORY, 0); err == nil {
			held = append(held, f)
		}
	}
}

// libraries are the system's, and what lies beside ONNX Runtime's: all that a program takes
// to run.
func libraries(runtime string) sandbox.Files {
	run := []string{"/usr", "/lib", "/lib64", "/opt", "/nix/store", "/gnu/store",
		"/run/opengl-driver"}
	if self, err := os.Executable(); err == nil {
		run = append(run, self)
	}
	run = append(run, runtime) // what a link leads to
	run = append(run, sysinfo.Glob(filepath.Join(filepath.Dir(runtime), "lib*.so*"))...)
	run = append(run, filepath.SplitList(os.Getenv("LD_LIBRARY_PATH"))...)
	return sandbox.Files{
		sandbox.Run:  append(run, configured()...),
		sandbox.Read: {"/proc", "/sys", "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime"},
	}
}

// configured are the folders that this machine's loader looks in beside the usual ones.
func configured() (folders []string) {
	for _, file := range sysinfo.Glob("/etc/ld.so.conf", "/etc/ld.so.conf.d/*.conf") {
		text, _ := os.ReadFile(file) // one that cannot be read names none
		for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
			if filepath.IsAbs(lines.Text()) {
				folders = append(folders, strings.TrimSpace(lines.Text()))
			}
		}
	}
	return folders
}

// linked are the folders elsewhere that links in a folder of styles lead to.
func linked(folder string) (targets []string) {
	entries, _ := os.ReadDir(folder) // what cannot be read leads nowhere
	for _, e := range entries {
		if e.Type() != os.ModeSymlink {
			continue
		}
		if target, err := filepath.EvalSymlinks(filepath.Join(folder, e.Name())); err == nil {
			targets = append(targets, target)
		}
	}
	return targets
}

// drivers are the files of those for Vulkan, and what they are set up by.
func drivers() []string {
	files := []string{"/etc/vulkan", "/etc/xdg/vulkan", "/etc/glvnd", "/etc/nvidia", "/etc/drirc",
		"/etc/OpenCL"}
	if data := config.DataFolder(); data != "" {
		files = append(files, filepath.Join(data, "vulkan"))
	}
	for _, variable := range []string{"VK_LAYER_PATH", "VK_ADD_LAYER_PATH", "VK_ADD_DRIVER_FILES"} {
		files = append(files, filepath.SplitList(os.Getenv(variable))...)
	}
	manifests, _ := sysinfo.VulkanDrivers()
	for _, manifest := range manifests {
		files = append(files, manifest)
		library, err := sysinfo.DriverLibrary(manifest)
		if err != nil || !strings.ContainsRune(library, filepath.Separator) {
			continue // it is among the system's
		}
		if !filepath.IsAbs(library) {
			library = filepath.Join(filepath.Dir(manifest), library)
		}
		files = append(files, filepath.Dir(library))
	}
	return files
}

// caches are folders for what is costly to make, ours and those that drivers have made.
func caches() (folders []string) {
	if folder, limit, err := config.DiskCache(); err == nil && limit > 0 {
		_ = os.MkdirAll(folder, 0o700) // where that fails nothing is kept, and that is said
		folders = append(folders, folder)
	}
	if of, err := os.UserCacheDir(); err == nil {
		folders = append(folders, sysinfo.Glob(filepath.Join(of, "mesa_shader_cache*"),
			filepath.Join(of, "radv_builtin_shaders*"), filepath.Join(of, "nvidia"))...)
	}
	if home, err := os.UserHomeDir(); err == nil {
		folders = append(folders, filepath.Join(home, ".nv"))
	}
	return folders
}

// deviceFiles are GPUs, and what programs take to be there.
func deviceFiles() []string {
	files := []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
		"/dev/dri", "/dev/kfd", "/dev/dxg", "/dev/udmabuf"}
	return append(files, sysinfo.Glob("/dev/nvidia*", "/dev/mali*")...)
}
