package picture

import (
	"maps"
	"slices"
	"strings"
)

// Programs call the same channels R, r, red or X, and put the layer before or behind: beauty.R,
// Beauty.red, R.beauty, beauty_R. What becomes red, green, blue and alpha goes by what the names
// mean, and never by the alphabet, in which blue comes first and W before X.

// bundle is the channels of a layer, by what their names are without it.
type bundle struct {
	layer  string
	behind bool // the layer is behind the channel's own name
	names  map[string]string
}

// meaning is what channels are called that belong together, in the order in which they become red,
// green, blue and alpha.
type meaning struct {
	called  [4][]string
	needed  int  // how many of them have to be there, from the first
	exactly bool // in capitals
	main    bool // also as the main picture
}

var (
	letters = meaning{called: [4][]string{{"R"}, {"G"}, {"B"}, {"A"}}, exactly: true, main: true}
	colours = meaning{called: [4][]string{{"r", "red"}, {"g", "green"}, {"b", "blue"},
		{"a", "alpha"}}, needed: 3, main: true}
	positions = meaning{called: [4][]string{{"x"}, {"y"}, {"z"}}, needed: 2,
		main: true} // W is no opacity
	grey = meaning{called: [4][]string{{"y"}, {"y"}, {"y"}, {"a", "alpha"}}, needed: 1,
		main: true}
	vectors = meaning{called: [4][]string{{"u"}, {"v"}, {"w"}}, needed: 2}
	opacity = meaning{called: [4][]string{3: {"a", "alpha"}}, main: true}
)

// bundles are the layers that a name can mean, best first: as it is written, then in other case;
// behind a dot before behind anything else. "" is the main picture.
func bundles(list []channel, name string) (all []*bundle) {
	same := func(layer string) bool { return layer == name }
	alike := func(layer string) bool { return strings.EqualFold(layer, name) }
	for _, is := range []func(string) bool{same, alike} {
		for _, separators := range []string{".", "._- "} {
			all = append(all, collect(list, is, separators, false)...)
			all = append(all, collect(list, is, separators, true)...)
		}
	}
	return all
}

// collect finds layers whose name is one that is looked for.
func collect(list []channel, is func(string) bool, separators string, behind bool) (all []*bundle) {
	byLayer := map[string]*bundle{}
	for _, c := range list {
		layer, name := split(c.name, separators, behind)
		if !is(layer) {
			continue
		}
		b := byLayer[layer]
		if b == nil {
			b = &bundle{layer, behind, map[string]string{}}
			byLayer[layer] = b
			all = append(all, b)
		}
		b.names[name] = c.name
	}
	return all
}

// split parts the layer from the channel's own name.
func split(full, separators string, behind bool) (layer, name string) {
	i := strings.LastIndexAny(full, separators)
	switch {
	case i < 0:
		return "", full
	case behind:
		i = strings.IndexAny(full, separators)
		return full[i+1:], full[:i]
	}
	return full[:i], full[i+1:]
}

// choice is what a layer's channels mean, or nil where that cannot be told. Of data one channel
// alone is a matte, alpha too; of a plate a colour is that colour.
func (b *bundle) choice(data bool) *choice {
	c, only := b.as(b.names, &letters), b.only()
	switch {
	case c != nil && (only == "" || !data):
		return c
	case only != "" && (data || c != nil || b.layer != "" && !b.behind && b.names["A"] == ""):
		return &choice{channels: [4]string{only, only, only}}
	}
	for _, m := range []*meaning{&colours, &positions, &grey, &vectors, &opacity} {
		if c := b.as(b.names, m); c != nil {
			return c
		}
	}
	for _, m := range []*meaning{&colours, &positions, &vectors} {
		if c := b.as(trimmed(b.names), m); c != nil && b.layer != "" {
			return c
		}
	}
	return nil
}

// only is the name of a channel that is alone.
func (b *bundle) only() string {
	if len(b.names) == 1 {
		for _, name := range b.names {
			return name
		}
	}
	return ""
}

// as takes names for what a meaning says, or says nil.
func (b *bundle) as(names map[string]string, m *meaning) *choice {
	if b.layer == "" && !m.main {
		return nil
	}
	c := &choice{prefix: b.layer}
	found := 0
	for i, called := range m.called {
		c.channels[i] = lookUp(names, called, m.exactly)
		if c.channels[i] != "" {
			found++
		} else if i < m.needed {
			return nil
		}
	}
	c.alpha = c.channels[3] != ""
	if found == 0 || m == &letters && found == 1 && c.alpha {
		return nil
	}
	c.chroma = m == &grey && names["Y"] != "" && names["RY"]+names["BY"] != ""
	return c
}

// lookUp finds a channel by what it may be called.
func lookUp(names map[string]string, called []string, exactly bool) string {
	for _, want := range called {
		if name := names[want]; name != "" {
			return name
		}
		for _, is := range slices.Sorted(maps.Keys(names)) {
			if !exactly && strings.EqualFold(is, want) {
				return names[is]
			}
		}
	}
	return ""
}

// trimmed are names without what all of them begin with: of normalX, normalY, normalZ the letters.
func trimmed(names map[string]string) map[string]string {
	var shared string
	first := true
	for name := range names {
		if first {
			shared, first = name, false
		}
		for !strings.HasPrefix(name, shared) {
			shared = shared[:len(shared)-1]
		}
	}
	short := map[string]string{}
	for name, full := range names {
		short[name[len(shared):]] = full
	}
	return short
}
