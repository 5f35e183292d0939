package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"impasto.net/bridge/plain"
	"impasto.net/render/exit"
	"impasto.net/render/ofx"
)

// plugin is a host with an effect loaded.
type plugin struct {
	host    *ofx.Host
	library *ofx.Library
	effect  *ofx.Effect
}

// pluginFlag has --plugin among the flags; see orOwn.
func pluginFlag(f *pflag.FlagSet, path *string) {
	f.StringVar(path, "plugin", "", "the .ofx.bundle at `PATH`, or the .ofx file in it (default: Impasto's own)")
}

// orOwn puts Impasto's own bundle in the place of one that is not named.
func orOwn(path *string) (err error) {
	if *path == "" {
		*path, err = ownBundle()
	}
	return exit.With(exit.Plugin, err)
}

// open loads an effect as a host does.
func open(path, id, as string, strict bool, say func(ofx.Message)) (*plugin, error) {
	profile, err := ofx.ProfileNamed(as)
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("--as: %w; there are %s", err, profileNames()))
	}
	p := &plugin{}
	if p.host, err = ofx.NewHost(profile, say); err != nil {
		return nil, exit.With(exit.Plugin, err)
	}
	p.host.Strict = strict
	if p.library, err = p.host.Open(path); err != nil {
		p.close()
		return nil, exit.With(exit.Plugin, err)
	}
	entry, err := p.library.Effect(id)
	if err == nil {
		p.effect, err = p.library.Load(entry)
	}
	if err != nil {
		p.close()
		return nil, exit.With(exit.Plugin, err)
	}
	return p, nil
}

// close unloads everything.
func (p *plugin) close() {
	if p.effect != nil {
		p.effect.Close()
	}
	if p.library != nil {
		p.library.Close()
	}
	p.host.Close()
}

// warn prints what the plugin did wrong, and returns how much that was.
func (p *plugin) warn() int {
	findings := p.host.Findings()
	for _, f := range findings {
		fmt.Fprintf(plain.Err, "impasto: the plugin does what hosts punish: %s\n", f)
	}
	return len(findings)
}

func profileNames() string {
	names := make([]string, len(ofx.Profiles))
	for i, p := range ofx.Profiles {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}
