package engine

import (
	"os"
	"strings"
)

// expendable has the kernel take this process before others where memory runs out: it is
// started again, the artist's session is not.
func expendable() error {
	const file, most = "/proc/self/oom_score_adj", "1000"
	if is, err := os.ReadFile(file); err == nil && strings.TrimSpace(string(is)) == most {
		return nil // and confined it could not be said again
	}
	return os.WriteFile(file, []byte(most), 0)
}
