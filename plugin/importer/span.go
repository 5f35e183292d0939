package importer

import (
	"errors"
	"fmt"
	"regexp"
)

// Span is the values that stand for black and white.
type Span [2]float64

func (s Span) String() string { return fmt.Sprintf("%g-%g", s[0], s[1]) }

var rangePattern = regexp.MustCompile(`^(-?[0-9.]+)-(-?[0-9.]+)$`)

// ParseRange reads such as 0-255 and -1-1.
func ParseRange(text string) (*Span, error) {
	parts := rangePattern.FindStringSubmatch(text)
	var s Span
	if parts != nil {
		if _, err := fmt.Sscan(parts[1], &s[0]); err == nil {
			if _, err := fmt.Sscan(parts[2], &s[1]); err == nil && s[0] < s[1] {
				return &s, nil
			}
		}
	}
	return nil, errors.New("a range is like 0-255, 0-1 or -1-1, not " + text)
}
