package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"impasto.net/render/ofx"
)

// Every frame that fails says why, also where the one before failed for the same reason.
func TestEveryFailedFrameSaysWhy(t *testing.T) {
	s := newShot(t)
	s.plates(4, 48, 32, nil)
	for _, profile := range ofx.Profiles {
		printed, _ := s.render("1-4", "out", "--as", profile.Name, "--threads", "2",
			"--continue-on-error",
			"--param", "holdStatistics=1", "--param", "statisticsFrame=99")
		for frame := 1; frame <= 4; frame++ {
			if why := fmt.Sprintf("frame %d  failed: Hold Statistics wants those of frame 99",
				frame); !strings.Contains(printed, why) {
				t.Errorf("%s: nothing says why frame %d failed:\n%s", profile.Name, frame, printed)
			}
		}
	}
}
