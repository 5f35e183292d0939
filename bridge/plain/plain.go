// Package plain prints for people what may come from strangers: names in networks and their
// metadata, labels of styles and plugins, names of files. Terminals obey some characters;
// here all of those are shown instead.
package plain

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Out and Err are standard output and standard error for text that people read.
var Out, Err = Writer(os.Stdout), Writer(os.Stderr)

// Text is a text with nothing in it that a terminal obeys but the ends of lines and tabs.
// What stands for the rest is JSON's, so that a string of JSON stays what it was.
func Text(s string) string {
	var b strings.Builder
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n' || r == '\t' || unicode.IsGraphic(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// Line is a text in one line.
func Line(s string) string { return Text(strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(s)) }

// Writer writes the text of whole characters that it is given.
func Writer(to io.Writer) io.Writer { return &writer{to} }

type writer struct{ to io.Writer }

func (w *writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.to, Text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
