// Package doctor says what this machine and this installation have, and what is wrong with them.
package doctor

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"impasto.net/bridge"
	"impasto.net/plugin/config"
	"impasto.net/plugin/network"
	"impasto.net/plugin/style"
)

// Report writes what the engine knows for impasto doctor as bridge.Sections, in JSON. Whatever is
// wrong is in them; the error is for what keeps them from being said. lacks is what the kernel has
// not for confining; load loads ONNX Runtime.
func Report(to io.Writer, bank style.Bank, library string, lacks []string,
	load func(string) error) error {
	out := json.NewEncoder(to)
	// The runtime comes last: it loads drivers, and those end programs.
	for _, look := range []func() *bridge.Section{
		machine, gpus, func() *bridge.Section { return styles(bank) },
		func() *bridge.Section { return engineItself(library, lacks, load) },
	} {
		if err := out.Encode(look()); err != nil {
			return err
		}
	}
	return nil
}

// confined says what a machine lacks for the engine to be kept from what it has no need of.
func confined(lacks []string) string {
	if len(lacks) == 0 {
		return "it can open no internet socket, and of files only what painting takes"
	}
	return "less than it could be: this kernel, or the container, lacks " + strings.Join(lacks,
		" and ") +
		" (Linux has Landlock since 5.13 and seccomp since 3.17, where they are switched on)"
}

func engineItself(library string, lacks []string, load func(string) error) *bridge.Section {
	s := &bridge.Section{Name: "engine"}
	s.Note("version", "%s, protocol %d", bridge.Version, bridge.ProtocolVersion)
	switch override, err := config.Device(); {
	case err != nil:
		s.Find("%s: set it to one, or unset it.", bridge.Sentence(err))
	case override != nil:
		s.Note("IMPASTO_DEVICE", "%s %d, which goes before the node's Device", override.Kind,
			override.Index)
	}
	s.Note("confined", "%s", confined(lacks))
	s.Note("ONNX Runtime", "%s", library)
	if err := load(library); err != nil {
		s.Find("%s.", bridge.Sentence(err))
		return s
	}
	s.Note("its version", "%s", network.Version())
	for _, provider := range network.GPUs {
		switch err := (network.Device{Provider: provider}).Try(); {
		case err == nil:
			s.Note(string(provider), "can be used")
		case errors.Is(err, network.ErrProvider):
			s.Note(string(provider), "%v", err)
		default:
			s.Note(string(provider), "cannot be used: %s", bridge.Brief(err))
			if provider != network.WebGPU {
				s.Find("This ONNX Runtime is made for %s and cannot use it: %s. Install what it "+
					"wants, or unset IMPASTO_ONNXRUNTIME.", provider, bridge.Brief(err))
			} else if len(bridge.GPUs()) > 0 {
				s.Find("There is a GPU that cannot be used: %s. Install its maker's driver for "+
					"Vulkan, and libvulkan1.", bridge.Brief(err))
			}
		}
	}
	return s
}

// styles compares every package of every folder with its checksums.
func styles(bank style.Bank) *bridge.Section {
	s := &bridge.Section{Name: "styles"}
	for i, folder := range bank {
		shipped := i == len(bank)-1
		entries, err := os.ReadDir(folder)
		switch {
		case errors.Is(err, fs.ErrNotExist) && folder == config.UserFolder():
			s.Note(folder, "not there: nothing was added by this user")
			continue
		case err != nil && shipped:
			s.Find("The styles that ship cannot be read: %v. %s.", err,
				bridge.Sentence(errors.New(bridge.Reinstall)))
			continue
		case err != nil:
			s.Find("A folder of styles cannot be read, and is left out: %v. Make it readable, or "+
				"correct IMPASTO_STYLE_PATH, XDG_DATA_HOME or HOME, which name it.", err)
			continue
		}
		var styles, networks, encoders int
		for _, e := range entries {
			path := filepath.Join(folder, e.Name())
			if !e.IsDir() || !style.ValidName(e.Name()) {
				continue
			}
			p, err := whole(bank, path)
			switch {
			case err != nil && shipped:
				s.Find("A package that ships is broken: %v. %s.", err,
					bridge.Sentence(errors.New(bridge.Reinstall)))
			case err != nil:
				s.Find("A package is broken: %v. Remove the folder %s, and add the style again "+
					"with impasto models add.", err, path)
			case p.Style != nil:
				styles++
			case p.Network != nil:
				networks++
			default:
				encoders++
			}
		}
		s.Note(folder, "%d styles, %d networks and %d encoders are whole", styles, networks,
			encoders)
	}
	return s
}

// whole opens a package, or says why it cannot be used.
func whole(bank style.Bank, folder string) (p style.Any, err error) {
	if p, err = style.OpenAny(folder); err != nil {
		return p, err
	}
	if _, err = p.Head().Load(); err != nil || p.Style == nil {
		return p, err
	}
	n, err := bank.Network(p.Style)
	if err == nil && n.Norms != nil {
		_, err = p.Style.LoadVector(n.Norms.Length)
	}
	return p, err
}
