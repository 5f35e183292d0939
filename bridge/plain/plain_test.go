package plain_test

import (
	"fmt"
	"strings"
	"testing"

	"impasto.net/bridge/plain"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"Nature morte, 1902 — 静物 😀\n\tno more":        "Nature morte, 1902 — 静物 😀\n\tno more",
		"\x1b[31mred\x1b]0;title\x07":                 `\u001b[31mred\u001b]0;title\u0007`,
		"a carriage\rreturn, a\bback, a\x7fdelete":    `a carriage\u000dreturn, a\u0008back, a\u007fdelete`,
		"C1: \u009b31m and \x9b31m":                   `C1: \u009b31m and \x9b31m`,
		"right \u202eto left, none\u200b, \U000e0041": `right \u202eto left, none\u200b, \U000e0041`,
	} {
		var b strings.Builder
		if _, err := fmt.Fprintf(plain.Writer(&b), "%s", text); err != nil || b.String() != want {
			t.Errorf("%q is written as %q, %v, want %q", text, &b, err, want)
		}
	}
	if got := plain.Line("two\nlines\x1b"); got != `two\nlines\u001b` {
		t.Errorf("it is %q", got)
	}
}
