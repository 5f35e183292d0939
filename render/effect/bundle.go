package effect

import (
	"fmt"
	"os"
	"path/filepath"

	"impasto.net/render/exit"
)

// OwnBundle is the node that belongs to this program: built or installed beside it.
func OwnBundle() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return "", err
	}
	built := filepath.Join(filepath.Dir(self), "../Impasto.ofx.bundle")
	installed := filepath.Join(filepath.Dir(self), "../OFX/Plugins/Impasto.ofx.bundle")
	for _, bundle := range []string{built, installed} {
		if _, err := os.Stat(bundle); err == nil {
			return bundle, nil
		}
	}
	return "", fmt.Errorf("Impasto's node is neither at %s nor at %s", built, installed)
}

// EngineOf is the engine in a bundle.
func EngineOf(bundle string) (string, error) {
	engines, err := filepath.Glob(filepath.Join(bundle, "Contents/*/impasto-engine"))
	if err != nil || len(engines) != 1 {
		return "", fmt.Errorf("%s has %d programs impasto-engine", bundle, len(engines))
	}
	return engines[0], nil
}

// OwnEngine is the engine that belongs to this program.
func OwnEngine() (string, error) {
	bundle, err := OwnBundle()
	if err != nil {
		return "", exit.With(exit.Plugin, err)
	}
	engine, err := EngineOf(bundle)
	return engine, exit.With(exit.Plugin, err)
}
