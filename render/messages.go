package main

import (
	"fmt"

	"impasto.net/bridge/plain"
	"impasto.net/render/ofx"
)

func messageText(m ofx.Message) string {
	if m.Timed {
		return fmt.Sprintf("frame %g  the plugin's %s: %s", m.Time, m.Kind, m.Text)
	}
	return fmt.Sprintf("the plugin's %s: %s", m.Kind, m.Text)
}

func printMessage(m ofx.Message) { fmt.Fprintln(plain.Err, messageText(m)) }

// warn prints what the plugin did wrong, and returns how much that was.
func warn(host *ofx.Host) int {
	findings := host.Findings()
	for _, f := range findings {
		fmt.Fprintf(plain.Err, "impasto: the plugin does what hosts punish: %s\n", f)
	}
	return len(findings)
}

// once has something said once, however often.
func once(say func(string)) func(string) {
	said := map[string]bool{}
	return func(text string) {
		if !said[text] {
			said[text] = true
			say(text)
		}
	}
}

func printNote(text string) { fmt.Fprintln(plain.Err, "impasto:", text) }
