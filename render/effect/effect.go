// Package effect loads effects as OFX hosts do: Impasto's own, or those of other plugins.
package effect

import (
	"fmt"

	"impasto.net/render/exit"
	"impasto.net/render/ofx"
)

// Loaded is a host with an effect loaded.
type Loaded struct {
	Host    *ofx.Host
	Library *ofx.Library
	Effect  *ofx.Effect
}

// Load loads an effect of the plugin at a path; as is the name of the host to be.
func Load(path, id, as string, strict bool, say func(ofx.Message)) (*Loaded, error) {
	profile, err := ofx.ProfileNamed(as)
	if err != nil {
		return nil, exit.With(exit.Usage,
			fmt.Errorf("--as: %w; there are %s", err, ofx.ProfileNames()))
	}
	l := &Loaded{}
	if l.Host, err = ofx.NewHost(profile, say); err != nil {
		return nil, exit.With(exit.Plugin, err)
	}
	l.Host.Strict = strict
	if l.Library, err = l.Host.Open(path); err != nil {
		l.Close()
		return nil, exit.With(exit.Plugin, err)
	}
	entry, err := l.Library.Effect(id)
	if err == nil {
		l.Effect, err = l.Library.Load(entry)
	}
	if err != nil {
		l.Close()
		return nil, exit.With(exit.Plugin, err)
	}
	return l, nil
}

// Close unloads everything.
func (l *Loaded) Close() {
	if l.Effect != nil {
		l.Effect.Close()
	}
	if l.Library != nil {
		l.Library.Close()
	}
	l.Host.Close()
}
