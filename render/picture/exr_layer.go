package picture

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// choice is what is read of a file.
type choice struct {
	part       int
	channels   [4]string // that become red, green, blue and alpha; "" for none
	chroma     bool      // rather luminance and chroma: Y, RY and BY behind prefix
	prefix     string    // of the layer, without the dot
	alpha      bool
	half       bool
	chunkBytes int64
}

// choose finds a layer, which is written [PART:][NAME]. PART is a part's name or number; without
// one all parts are searched. NAME is a layer, a channel, or up to four channels with commas that
// become red, green, blue and alpha; without one the main picture is meant.
func choose(parts []header, layer string) (*choice, error) {
	name, first, end := layer, 0, len(parts)
	if part, rest, ok := strings.Cut(layer, ":"); ok {
		i := slices.IndexFunc(parts, func(h header) bool { return h.text("name") == part })
		if n, err := strconv.Atoi(part); i < 0 && err == nil && n >= 0 && n < len(parts) {
			i = n
		}
		if i < 0 {
			return nil, refusal(fmt.Sprintf("it has no part %q, only %s", part, listParts(parts)))
		}
		name, first, end = rest, i, i+1
	}
	var flat bool
	for i := first; i < end; i++ {
		list, err := parts[i].channels()
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		if parts[i].deep() {
			continue
		}
		flat = true
		if c := find(list, name); c != nil {
			c.part = i
			return c, c.check(parts[i], list)
		}
	}
	switch {
	case !flat:
		return nil, refusal("it holds deep pixels only; flatten it")
	case name == "":
		return nil, refusal("it has no channel R, G, B, A or Y, only " + listChannels(parts[first:end]) + "; choose with --layer")
	}
	return nil, refusal(fmt.Sprintf("it has no layer or channel %q, only %s", name, listChannels(parts[first:end])))
}

// find looks for a layer among a part's channels.
func find(list []channel, name string) *choice {
	has := func(name string) bool {
		return slices.ContainsFunc(list, func(c channel) bool { return c.name == name })
	}
	if strings.Contains(name, ",") {
		names := strings.Split(name, ",")
		if len(names) > 4 || slices.ContainsFunc(names, func(n string) bool { return !has(n) }) {
			return nil
		}
		c := &choice{alpha: len(names) == 4}
		copy(c.channels[:], names)
		return c
	}
	prefix := ""
	if name != "" {
		prefix = name + "."
	}
	c := &choice{prefix: name}
	found := false
	for i, letter := range []string{"R", "G", "B", "A"} {
		if has(prefix + letter) {
			c.channels[i], found = prefix+letter, true
		}
	}
	c.alpha = c.channels[3] != ""
	switch grey := prefix + "Y"; {
	case c.channels[0]+c.channels[1]+c.channels[2] != "":
		return c
	case has(grey):
		c.channels[0], c.channels[1], c.channels[2] = grey, grey, grey
		c.chroma = has(prefix+"RY") || has(prefix+"BY")
		return c
	case found:
		return c
	case name == "":
		return nil
	case has(name):
		return &choice{channels: [4]string{name, name, name}}
	}
	// A layer of something else: motion, normals, positions.
	var names []string
	for _, ch := range list {
		if rest, ok := strings.CutPrefix(ch.name, prefix); ok && !strings.Contains(rest, ".") {
			names = append(names, ch.name)
		}
	}
	if len(names) == 0 || len(names) > 3 {
		return nil
	}
	if len(names) == 1 {
		names = []string{names[0], names[0], names[0]}
	}
	copy(c.channels[:], names)
	return c
}

// check sees that the channels can be read.
func (c *choice) check(h header, list []channel) error {
	c.half = true
	for _, channel := range list {
		switch {
		case !slices.Contains(c.channels[:], channel.name):
		case channel.xSampling != 1 || channel.ySampling != 1:
			return refusal(fmt.Sprintf("its channel %s is subsampled; convert it to full resolution", channel.name))
		default:
			c.half = c.half && channel.kind == typeHalf
		}
	}
	if c.chroma {
		c.half = true // is what the library makes of it
		if c.part != 0 {
			return refusal("its colour is stored as luminance and chroma (Y, RY, BY) in another part than the first; convert it to RGB")
		}
	}
	l, err := h.layout()
	if err == nil {
		c.chunkBytes, err = l.chunkBytes(list)
	}
	return err
}

func listParts(parts []header) string {
	var names []string
	for i, h := range parts {
		name := strconv.Itoa(i)
		if n := h.text("name"); n != "" {
			name += " (" + n + ")"
		}
		names = append(names, name)
	}
	return shorten(names)
}

func listChannels(parts []header) string {
	var names []string
	for i, h := range parts {
		if h.deep() {
			continue
		}
		list, err := h.channels()
		if err != nil {
			continue
		}
		for j, c := range list {
			name := c.name
			if j == 0 && len(parts) > 1 {
				name = fmt.Sprintf("%s in part %d", name, i)
				if n := h.text("name"); n != "" {
					name = n + ":" + c.name
				}
			}
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return shorten(names)
}

// shorten lists names as far as a sentence can hold them.
func shorten(names []string) string {
	const most = 24
	if len(names) > most {
		names = append(names[:most:most], "…")
	}
	return strings.Join(names, ", ")
}
