package bridge

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"impasto.net/bridge/primaries"
)

// The node in C has a table of its own, whose entries are its menu. They are these, in this order,
// and hosts' names for them mean the same.
func TestSpacesAreTheNodes(t *testing.T) {
	table, macros := readSpaces(t)
	entry := regexp.MustCompile(`\{"([^"]+)",\s*(\w+|"[^"]*"),\s*\{([^}]*)\}\}`)
	menu, rest, found := strings.Cut(table, "unlisted[]")
	if !found {
		t.Fatal("there is no table of what is not listed")
	}
	entries := entry.FindAllStringSubmatch(menu, -1)
	if len(entries) == 0 || entries[0][2] != "NULL" {
		t.Fatalf("the menu begins with %v, and not with Auto", entries)
	}
	var got []Space
	for _, e := range entries[1:] {
		s := Space{Name: macros.value(t, e[2])}
		for word := range strings.SplitSeq(e[3], ",") {
			s.Labels = append(s.Labels, Label{OFX: macros.value(t, strings.TrimSpace(word))})
		}
		got = append(got, s)
	}
	same := slices.EqualFunc(got, Spaces, func(c, own Space) bool {
		return c.Name == own.Name && slices.EqualFunc(c.Labels, own.Labels, func(a, b Label) bool {
			return a.OFX == b.OFX
		})
	})
	if !same {
		t.Errorf("in C there are\n%v and here\n%v", got, Spaces)
	}
	pair := regexp.MustCompile(`\{(\w+), ("[^"]+")\}`)
	var unlisted []string
	for _, e := range pair.FindAllStringSubmatch(rest, -1) {
		label, name := macros.value(t, e[1]), macros.value(t, e[2])
		if here, known := SpaceOf(label); !known || here != name {
			t.Errorf("%s is %s in C, and here %s", label, name, here)
		}
		unlisted = append(unlisted, label)
	}
	for _, s := range Unlisted {
		if l := s.Labels[0].OFX; l != "" && !slices.Contains(unlisted, l) {
			t.Errorf("in C there is no %s", l)
		}
	}
}

func TestSpaceOf(t *testing.T) {
	for stated, want := range map[string]string{
		"": SpaceLinear, "arri_logc3_ei800": SpaceLogC3, "Raw": SpaceRaw, "lin_adobergb": "",
		primaries.AdobeRGB.Name(): primaries.AdobeRGB.Name(), "primaries:1,2,3": "",
	} {
		if name, known := SpaceOf(stated); known != (want != "") || known && name != want {
			t.Errorf("%q is %q, known: %v", stated, name, known)
		}
	}
}

// macros are texts that headers in C give names.
type macros map[string]string

func (m macros) value(t *testing.T, word string) string {
	t.Helper()
	if text, quoted := strings.CutPrefix(word, `"`); quoted {
		return strings.TrimSuffix(text, `"`)
	}
	text, defined := m[word]
	if !defined {
		t.Errorf("no header defines %s", word)
	}
	return text
}

// readSpaces reads the table of spaces in C, and the texts that all headers there define.
func readSpaces(t *testing.T) (table string, defined macros) {
	t.Helper()
	defined = macros{}
	define := regexp.MustCompile(`(?m)^#define (\w+) "(.*)"$`)
	err := filepath.WalkDir("../c", func(path string, _ fs.DirEntry, err error) error {
		header := filepath.Ext(path) == ".h"
		if err != nil || !header && filepath.Base(path) != "space.c" {
			return err
		}
		text, err := os.ReadFile(path)
		if !header {
			table = string(text)
		}
		for _, d := range define.FindAllStringSubmatch(string(text), -1) {
			defined[d[1]] = d[2]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return table, defined
}
