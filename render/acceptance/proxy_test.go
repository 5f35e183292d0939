package acceptance

import "testing"

// A fast proxy is painted with as much less detail as it is smaller, and not as the final frame is.
func TestFastProxyHasLessDetail(t *testing.T) {
	s := newShot(t)
	s.plates(1, 96, 64, nil)
	proxy := []string{"--render-scale", "0.5", "--param"}
	s.must("1", "fast", append(proxy, "fastProxy=1")...)
	s.must("1", "less", append(proxy, "detail=0.5")...)
	s.must("1", "usual", append(proxy, "fastProxy=0")...)
	s.same(1, "fast", "less")
	if s.equal(1, "fast", "usual") {
		t.Error("a fast proxy is painted as a usual one")
	}
	s.must("1", "tiny", "--render-scale", "0.0625", "--param", "fastProxy=1", "--param",
		"detail=0.1")
	s.must("1", "full", "--param", "fastProxy=1")
	s.must("1", "plain")
	s.same(1, "full", "plain")
}
