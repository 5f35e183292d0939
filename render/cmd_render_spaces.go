package main

import (
	"fmt"
	"maps"
	"slices"

	"impasto.net/render/ofx"
)

// saySpaces says of clips whose files state a colour space which one it is, and whether the effect
// is told: a host that does not manage colour cannot tell it, nor can 8 and 16 bits that are sRGB.
func (j *job) saySpaces(i *ofx.Instance, plates map[string]*plate) {
	for _, name := range slices.Sorted(maps.Keys(plates)) {
		im, err := plates[name].Example()
		if err != nil {
			continue
		}
		if im.Remark != "" {
			j.note(fmt.Sprintf("clip %s %s", name, im.Remark))
		}
		if im.Colourspace == "" {
			continue
		}
		text := fmt.Sprintf("clip %s is in %s, as its file says", name, im.Colourspace)
		if i.Colourspace(name) != im.Colourspace {
			text += ", but the effect cannot be told so here, and takes the values for others"
		}
		j.note(text)
	}
}
