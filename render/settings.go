package main

import (
	"fmt"
	"strings"

	"impasto.net/render/exit"
	"impasto.net/render/ofx"
)

// settings are what --param says: a parameter and its value or keys, each.
type settings []setting

type setting struct{ name, value string }

func parseSettings(words []string) (settings, error) {
	var all settings
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--param %s: write NAME=VALUE or NAME=VALUE@FRAME,…", word)
		}
		all = append(all, setting{name, value})
	}
	return all, nil
}

// apply sets them on an instance of the effect in that context.
func (s settings) apply(find func(string) *ofx.Param, effect *ofx.Effect, context string, interpolation ofx.Interpolation) error {
	for _, s := range s {
		param := find(s.name)
		if param == nil {
			return exit.With(exit.Usage, fmt.Errorf("effect %s has no parameter %s; it has %s",
				effect.ID, s.name, strings.Join(effect.Params(context), ", ")))
		}
		if err := param.Set(s.value, interpolation); err != nil {
			if other := s.name + "Id"; find(other) != nil { // Impasto's menus hold what ships
				err = fmt.Errorf("%w; a style that was added goes by its name: --param %s=%s", err, other, s.value)
			}
			return exit.With(exit.Usage, err)
		}
	}
	return nil
}
