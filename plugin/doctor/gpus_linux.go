package doctor

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"impasto.net/bridge"
	"impasto.net/plugin/sysinfo"
)

// gpus says what GPUs and drivers there are as far as files tell, for impasto doctor.
// Nothing is loaded and no device is opened.
func gpus() *bridge.Section {
	s := &bridge.Section{Name: "GPUs"}
	nodes := sysinfo.Glob("/dev/dri/renderD*")
	for _, node := range nodes {
		about, _ := os.ReadFile(filepath.Join("/sys/class/drm", filepath.Base(node),
			"device/uevent"))
		s.Note(node, "%s, PCI %s", variable(string(about), "DRIVER"),
			variable(string(about), "PCI_ID"))
		if err := unix.Access(node, unix.R_OK|unix.W_OK); err != nil {
			s.Find("%s may not be opened by this user (%v): add the user to the group render, "+
				"and log in anew.", node, err)
		}
	}
	cards := sysinfo.Glob("/proc/driver/nvidia/gpus/*/information")
	for _, card := range cards {
		s.Note("NVIDIA", "%s", sysinfo.Value(card, "Model"))
	}
	if version, err := os.ReadFile("/proc/driver/nvidia/version"); err == nil {
		line, _, _ := strings.Cut(string(version), "\n")
		s.Note("NVIDIA's driver", "%s", strings.TrimPrefix(line, "NVRM version: "))
	}
	if len(nodes)+len(cards) == 0 {
		s.Note("GPU", "none is seen")
	}
	loaders := sysinfo.Glob("/usr/lib*/libvulkan.so.1", "/usr/lib/*-linux-*/libvulkan.so.1",
		"/usr/local/lib/libvulkan.so.1")
	if len(loaders) == 0 {
		s.Note("Vulkan loader", "none: libvulkan1 is not installed")
	}
	for _, loader := range loaders {
		s.Note("Vulkan loader", "%s", loader)
	}
	drivers, from := sysinfo.VulkanDrivers()
	for _, driver := range drivers {
		library, err := sysinfo.DriverLibrary(driver)
		switch {
		case err == nil:
			s.Note("Vulkan driver", "%s, for %s", driver, library)
		case from != "":
			s.Find("%s names a Vulkan driver that cannot be read: %v. Unset it, or correct it.",
				from, err)
		default:
			s.Find("A Vulkan driver cannot be read: %v. Install the GPU's driver again.", err)
		}
	}
	return s
}

// variable is the value of a key in lines of KEY=value.
func variable(lines, key string) string {
	for line := range strings.Lines(lines) {
		if v, ok := strings.CutPrefix(line, key+"="); ok {
			return strings.TrimSpace(v)
		}
	}
	return "not known"
}
