package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"impasto.net/plugin/style"
)

// write makes the package's folder of the graphs that lie in the working folder.
func write(folder, work string, m *style.Manifest) error {
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	files := []string{m.Graph}
	if m.Vectors != nil {
		files = append(files, m.Vectors.Graph)
	}
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(work, name))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		m.Files[name] = hex.EncodeToString(sum[:])
		if err := os.Rename(filepath.Join(work, name), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, style.ManifestFile), append(data, '\n'), 0o644)
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// nameOf makes a style's name of a file's.
func nameOf(path string) string {
	base := strings.ToLower(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	name := notInNames.ReplaceAllString(base, "-")
	if len(name) > 60 {
		name = name[:60]
	}
	if name = strings.Trim(name, "-"); name == "" {
		return "style"
	}
	return name
}

// labelOf makes a style's label of its name.
func labelOf(name string) string {
	words := strings.Split(name, "-")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}
