package importer

import (
	"regexp"
	"strings"

	"impasto.net/plugin/onnx"
)

// maxLicence is how long what is taken for one may be, in characters.
const maxLicence = 200

var (
	licenceKey  = regexp.MustCompile(`(?i)licen[cs]e`)
	licenceLine = regexp.MustCompile(`(?im)^\W*(?:model[ _-]?)?licen[cs]e\s*[:=]\s*(.+)$`)
)

// licence is what a file says of its own in its metadata, or else in its description;
// "unknown" where it says nothing.
func licence(m *onnx.Model) string {
	said := ""
	for key, text := range m.Metadata {
		// The shortest of several keys, such as license and license_url.
		if licenceKey.MatchString(key) && strings.TrimSpace(text) != "" &&
			(said == "" || len(key) < len(said)) {
			said = key
		}
	}
	text := m.Metadata[said]
	if found := licenceLine.FindStringSubmatch(m.Description); said == "" && found != nil {
		text = found[1]
	}
	words := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " "))
	switch {
	case len(words) == 0:
		return "unknown"
	case len(words) > maxLicence:
		return string(words[:maxLicence]) + "…"
	}
	return string(words)
}
