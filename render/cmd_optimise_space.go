package main

import (
	"fmt"

	"impasto.net/bridge"
	"impasto.net/render/picture"
)

const autoSpace = "auto"

// plateSpaces are what --plate-space takes, as the node's menu has them. auto is what the file
// says, else scene-linear Rec. 709.
func plateSpaces() []string {
	names := []string{autoSpace}
	for _, s := range bridge.Spaces {
		names = append(names, s.Name)
	}
	return names
}

// spaceOf is what a picture's values are, as messages name it.
func spaceOf(path string, im *picture.Image, wanted string) (string, error) {
	if wanted != autoSpace {
		return wanted, nil
	}
	if space, known := bridge.SpaceOf(im.Colourspace); known {
		return space, nil
	}
	return "", fmt.Errorf("%s says that it is in the colour space %s, "+
		"which Impasto does not know: convert it before, "+
		"or say with --plate-space what a plate is in", path, im.Colourspace)
}
