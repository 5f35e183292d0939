package lease

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"impasto.net/bridge/regular"
)

// Folder is where engines of this user meet: one place for a desktop's session and for a
// farm's service, whatever their environment. It is made where it is not there.
func Folder() (string, error) {
	var failed []error
	name := fmt.Sprint("impasto-", os.Getuid())
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"),
		fmt.Sprint("/run/user/", os.Getuid()), "/tmp"} {
		if !filepath.IsAbs(base) || regular.Writable(base) != nil {
			continue
		}
		folder := filepath.Join(base, name)
		err := private(folder)
		if err == nil {
			return folder, nil
		}
		failed = append(failed, err)
	}
	return "", fmt.Errorf("no private folder on this machine: %w", errors.Join(failed...))
}

// private makes a folder of this user's and nobody else's, or finds that it is one.
func private(folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	st, err := os.Lstat(folder)
	if err != nil {
		return fmt.Errorf("looking at the folder for leases: %w", err)
	}
	if !st.IsDir() || !regular.Private(st) {
		return fmt.Errorf("%s is not a folder of this user's alone", folder)
	}
	return nil
}
