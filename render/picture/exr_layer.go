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

// choose finds a layer, which is written [PART:][NAME]. PART is a part's name, number or view;
// without one all parts are searched. NAME is a layer, a view, a view and a layer, a channel, or up
// to four channels with commas that become red, green, blue and alpha; without one the main picture
// is meant. Of data a channel that is alone is the picture, whatever its name.
func choose(parts []header, layer string, data bool) (*choice, error) {
	part, name, named := strings.Cut(layer, ":")
	if !named {
		part, name = "", layer
	}
	among, err := partsNamed(parts, part)
	if err != nil {
		return nil, err
	}
	lists := map[int][]channel{}
	for _, i := range among {
		if parts[i].deep() {
			continue
		}
		if lists[i], err = parts[i].channels(); err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
	}
	if len(lists) == 0 {
		return nil, refusal("it holds deep pixels only; flatten it")
	}
	for _, find := range []finder{findLayer, findInView, findAlone} {
		for _, i := range among {
			if c := find(parts[i], lists[i], name, data); c != nil {
				c.part = i
				return c, c.check(parts[i], lists[i])
			}
		}
	}
	switch only := listChannels(parts, among); {
	case name == "":
		return nil, refusal("it has no channel R, G, B, A or Y, only " + only +
			"; choose with --layer")
	case slices.ContainsFunc(among, func(i int) bool { return bundles(lists[i], name) != nil }):
		return nil, refusal(fmt.Sprintf("what the channels of %q mean as red, green and blue "+
			"cannot be told; "+
			"name them in that order, with commas between them, of %s", name, only))
	default:
		return nil, refusal(fmt.Sprintf("it has no layer or channel %q, only %s", name, only))
	}
}

// partsNamed are the parts that a name, a number or a view means; without one, all.
func partsNamed(parts []header, part string) (among []int, err error) {
	is := func(want func(i int) bool) bool {
		for i := range parts {
			if want(i) {
				among = append(among, i)
			}
		}
		return among != nil
	}
	switch {
	case part == "" && is(func(int) bool { return true }),
		is(func(i int) bool { return parts[i].text("name") == part }),
		is(func(i int) bool { return strconv.Itoa(i) == part }),
		is(func(i int) bool { return parts[i].text("view") == part }):
		return among, nil
	}
	return nil, refusal(fmt.Sprintf("it has no part %q, only %s", part, listParts(parts)))
}

// finder looks for what a name means in a part, or says nil.
type finder func(h header, list []channel, name string, data bool) *choice

// findLayer looks for channels, or a layer by its name.
func findLayer(_ header, list []channel, name string, data bool) *choice {
	if strings.Contains(name, ",") {
		return findChannels(list, strings.Split(name, ","))
	}
	all := bundles(list, name)
	exact := len(all) > 0 && all[0].layer == name && !all[0].behind
	if !exact && hasChannel(list, name) {
		return &choice{channels: [4]string{name, name, name}}
	}
	for _, b := range all {
		if c := b.choice(data); c != nil {
			return c
		}
	}
	return nil
}

// findInView looks for a layer of a view: in the part that has the view, or among the channels of
// one that has several, of which the first is the one without a name (OpenEXR, Multi-View).
func findInView(h header, list []channel, name string, data bool) *choice {
	for _, view := range append(h.views(), h.text("view")) {
		rest, ok := without(name, view)
		if !ok {
			continue
		}
		names := []string{joined(view, rest), joined(rest, view)}
		if view == h.text("view") || view == h.views()[0] {
			names = []string{rest}
		}
		for _, name := range names {
			if c := findLayer(h, list, name, data); c != nil {
				return c
			}
		}
	}
	return nil
}

// findAlone is for mattes, whose channel has any name.
func findAlone(_ header, list []channel, name string, data bool) *choice {
	if !data || name != "" || len(list) != 1 {
		return nil
	}
	n := list[0].name
	return &choice{channels: [4]string{n, n, n}}
}

// findChannels takes channels as they are named.
func findChannels(list []channel, names []string) *choice {
	missing := func(name string) bool { return !hasChannel(list, name) }
	if len(names) > 4 || slices.ContainsFunc(names, missing) {
		return nil
	}
	c := &choice{alpha: len(names) == 4}
	copy(c.channels[:], names)
	return c
}

func hasChannel(list []channel, name string) bool {
	return slices.ContainsFunc(list, func(c channel) bool { return c.name == name })
}

// without takes a word out of a name of words with dots between them.
func without(name, word string) (rest string, ok bool) {
	words := strings.Split(name, ".")
	i := slices.Index(words, word)
	if i < 0 || word == "" {
		return "", false
	}
	return strings.Join(slices.Delete(words, i, i+1), "."), true
}

func joined(a, b string) string {
	return strings.Trim(a+"."+b, ".")
}

// check sees that the channels can be read.
func (c *choice) check(h header, list []channel) error {
	c.half = true
	for _, channel := range list {
		switch {
		case !slices.Contains(c.channels[:], channel.name):
		case channel.xSampling != 1 || channel.ySampling != 1:
			return refusal(fmt.Sprintf("its channel %s is subsampled; convert it to full "+
				"resolution", channel.name))
		default:
			c.half = c.half && channel.kind == typeHalf
		}
	}
	if c.chroma {
		c.half = true // is what the library makes of it
		if c.part != 0 {
			return refusal("its colour is stored as luminance and chroma (Y, RY, BY) in another " +
				"part than the first; convert it to RGB")
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

func listChannels(parts []header, among []int) string {
	var names []string
	for _, i := range among {
		h := parts[i]
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
