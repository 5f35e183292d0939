package effect

import (
	"fmt"
	"strings"

	"impasto.net/render/exit"
	"impasto.net/render/ofx"
)

// Settings are what --param says, one after the other.
type Settings []Setting

// Setting is a parameter and its value or keys.
type Setting struct{ Name, Value string }

// ParseSettings reads what --param says.
func ParseSettings(words []string) (Settings, error) {
	var all Settings
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--param %s: write NAME=VALUE or NAME=VALUE@FRAME,…", word)
		}
		all = append(all, Setting{name, value})
	}
	return all, nil
}

// Apply sets them on an instance of the effect in that context.
func (s Settings) Apply(
	find func(string) *ofx.Param, effect *ofx.Effect, context string,
	interpolation ofx.Interpolation,
) error {
	for _, s := range s {
		param := find(s.Name)
		if param == nil {
			return exit.With(exit.Usage, fmt.Errorf("effect %s has no parameter %s; it has %s",
				effect.ID, s.Name, strings.Join(effect.Params(context), ", ")))
		}
		if err := param.Set(s.Value, interpolation); err != nil {
			if other := s.Name + "Id"; find(other) != nil { // Impasto's menus hold what ships
				err = fmt.Errorf("%w; a style that was added goes by its name: --param %s=%s",
					err, other, s.Value)
			}
			return exit.With(exit.Usage, err)
		}
	}
	return nil
}
