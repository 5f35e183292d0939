package sysinfo

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"impasto.net/bridge/regular"
	"impasto.net/plugin/config"
)

// VulkanDrivers are the manifests of drivers that Vulkan's loader reads, and the variable
// that names them where one does.
func VulkanDrivers() (files []string, variable string) {
	for _, variable := range []string{"VK_DRIVER_FILES", "VK_ICD_FILENAMES"} {
		if list := os.Getenv(variable); list != "" {
			return filepath.SplitList(list), variable
		}
	}
	for _, folder := range []string{"/etc/xdg", "/etc", config.DataFolder(), "/usr/local/share",
		"/usr/share"} {
		files = append(files, Glob(folder+"/vulkan/icd.d/*.json")...)
	}
	return files, ""
}

// DriverLibrary is what a driver's manifest says of its library.
func DriverLibrary(file string) (string, error) {
	var manifest struct {
		ICD struct {
			Library string `json:"library_path"`
		}
	}
	f, err := regular.Open(file, os.O_RDONLY, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	err = json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&manifest)
	return manifest.ICD.Library, err
}

// Glob is the files that match patterns, which are valid.
func Glob(patterns ...string) (found []string) {
	for _, pattern := range patterns {
		paths, _ := filepath.Glob(pattern)
		found = append(found, paths...)
	}
	return found
}
