package bridge

import (
	"os"
	"path/filepath"
)

// LogPath is the log of the node's own processes: $IMPASTO_LOG, or a file in a private
// folder of the user's, which may have to be made.
func LogPath() (string, error) {
	if path := os.Getenv("IMPASTO_LOG"); path != "" {
		return path, nil
	}
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "impasto", "impasto-host.log"), nil
}
