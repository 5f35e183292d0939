package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"impasto.net/bridge"
	"impasto.net/bridge/regular"
	"impasto.net/plugin/config"
	"impasto.net/plugin/network"
	"impasto.net/plugin/style"
)

// librarySHA256 is the checksum of the ONNX Runtime that belongs to this program.
var librarySHA256 string

// loadRuntime loads ONNX Runtime after it was checked.
func loadRuntime(library string) error {
	if err := checkLibrary(library); err != nil {
		return err
	}
	return network.Start(library)
}

// checkLibrary compares the library with its checksum, but for one that the user has named.
func checkLibrary(library string) error {
	own, cure := config.OtherRuntime() != "", bridge.Reinstall
	if own {
		cure = "correct IMPASTO_ONNXRUNTIME, or unset it"
	}
	f, err := regular.Open(library, os.O_RDONLY, 0)
	if err != nil {
		return fmt.Errorf("ONNX Runtime is missing, %s: %w", cure, err)
	}
	defer f.Close()
	if own {
		return nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return fmt.Errorf("ONNX Runtime cannot be read, %s: %w", cure, err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != librarySHA256 {
		return fmt.Errorf("%s is not the ONNX Runtime that this engine was built with (its "+
			"sha256 differs): %s", library, cure)
	}
	return nil
}

// installed says where the styles and ONNX Runtime are that belong to this program.
func installed() (style.Bank, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	return config.Installed(self)
}

// ready has a command that runs networks confined to what that takes and to the folders beside, with
// ONNX Runtime loaded.
func ready(beside ...string) (style.Bank, error) {
	bank, library, err := installed()
	if err != nil {
		return nil, err
	}
	if _, err := confine(bank, library, beside...); err != nil {
		return nil, err
	}
	return bank, loadRuntime(library)
}
