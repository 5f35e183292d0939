package engine

import (
	"fmt"
	"strings"

	"impasto.net/bridge"
	"impasto.net/plugin/session"
	"impasto.net/plugin/style"
)

// leftOut says which folders of styles cannot be read. What ships can be had all the same.
func leftOut(bank style.Bank) string {
	var all []string
	for _, err := range bank.Unreadable() {
		all = append(all,
			bridge.Sentence(err)+". Make it readable, or see that IMPASTO_STYLE_PATH, "+
				"XDG_DATA_HOME and HOME name others.")
	}
	return strings.Join(all, " ")
}

// warning is what the artist may not expect of a frame that was painted, by the network of a
// session or, where that is nil, by descent.
func (e *engine) warning(f *frame, s *session.Session) string {
	var all []string
	if f.painting != nil && s != nil && s.Painting == nil {
		all = append(all,
			fmt.Sprintf("The painting on Style is not used, because the style %q is not taken "+
				"from a painting: "+
				"choose Optimise towards Style, which is, or disconnect the painting.",
				f.look.Label))
	}
	if e.leftOut != "" {
		all = append(all, e.leftOut)
	}
	return strings.Join(all, " ")
}
