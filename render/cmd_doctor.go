package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"impasto.net/bridge"
	"impasto.net/bridge/plain"
	"impasto.net/bridge/regular"
	"impasto.net/render/effect"
	"impasto.net/render/exit"
)

const doctorLong = `doctor looks at all that Impasto needs on this machine and says what is wrong,
and what to do about it: the programs and styles of the bundle, memory, processors, GPUs and their
drivers; in the end it paints a small frame in every style of the menu. It changes nothing. The exit
code is 0 where all is well, and 1 where something is wrong.`

func doctorCommand() *cobra.Command {
	var plugin string
	var asJSON bool
	c := &cobra.Command{
		Use:     "doctor",
		Short:   "Find out what is wrong with Impasto on this machine",
		Long:    doctorLong,
		Example: "  impasto doctor\n  impasto doctor --json | jq '.sections[].findings[]?'",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return examine(plugin, asJSON) },
	}
	f := c.Flags()
	f.StringVar(&plugin, "plugin", "",
		"the Impasto.ofx.bundle (default: the one that was built beside this program)")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// examine prints what there is to be said, section by section.
func examine(bundle string, asJSON bool) error {
	var all []*bridge.Section
	wrong := 0
	tell := func(s *bridge.Section) {
		all = append(all, s)
		wrong += len(s.Findings)
		if !asJSON {
			printSection(plain.Out, s)
		}
	}
	s, engine := examineBundle(bundle)
	tell(s)
	if engine != "" {
		examineEngine(engine, tell)
		tell(examineNode(filepath.Dir(filepath.Dir(filepath.Dir(engine)))))
	}
	if asJSON {
		encoder := json.NewEncoder(plain.Out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		report := map[string]any{"healthy": wrong == 0, "sections": all}
		if err := encoder.Encode(report); err != nil {
			return err
		}
	}
	switch {
	case wrong > 0:
		return exit.With(exit.Failed, errors.New(count(wrong, "thing")+" to be put right"))
	case !asJSON:
		fmt.Println("All is well.")
	}
	return nil
}

func printSection(w io.Writer, s *bridge.Section) {
	fmt.Fprintln(w, s.Name)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range s.Rows {
		fmt.Fprintf(t, "  %s\t%s\n", row.Name, row.Value)
	}
	_ = t.Flush() // standard output that is gone is no reason to stop
	for _, finding := range s.Findings {
		fmt.Fprintf(w, "  ! %s\n", finding)
	}
	fmt.Fprintln(w)
}

const reinstall = "Install the whole Impasto.ofx.bundle again."

// examineBundle looks for the bundle's programs, and gives the engine where there is one.
func examineBundle(bundle string) (s *bridge.Section, engine string) {
	s = &bridge.Section{Name: "bundle"}
	s.Note("impasto", "%s, protocol %d", bridge.Version, bridge.ProtocolVersion)
	if bundle == "" {
		var err error
		if bundle, err = effect.OwnBundle(); err != nil {
			s.Find("%v. %s", err, reinstall)
			return s, ""
		}
	}
	bundle, err := filepath.Abs(bundle)
	if err != nil {
		s.Find("%v.", err)
		return s, ""
	}
	s.Note("path", "%s", bundle)
	for _, program := range []string{"Impasto.ofx", "impasto-host", "impasto-engine"} {
		// The pattern is valid.
		found, _ := filepath.Glob(filepath.Join(bundle, "Contents/*", program))
		if len(found) != 1 {
			s.Find("%s has %d files %s, and has to have one. %s", bundle, len(found),
				program, reinstall)
			continue
		}
		mode := uint32(unix.R_OK)
		if program != "Impasto.ofx" {
			mode |= unix.X_OK
		}
		if err := unix.Access(found[0], mode); err != nil {
			s.Find("%s may not be read and executed (%v). Make it so, and see that its disk is "+
				"not mounted noexec.", found[0], err)
			continue
		}
		s.Note(program, "%s", found[0])
		if program == "impasto-engine" {
			engine = found[0]
		}
	}
	examineLog(s)
	return s, engine
}

func examineLog(s *bridge.Section) {
	path, err := bridge.LogPath()
	if err != nil {
		s.Find("There is no place for a log: %v. Set IMPASTO_LOG to the name of a file.", err)
		return
	}
	// The nearest of its folders that is there has to let the log, or the next one, in.
	place := path
	info, err := os.Stat(place)
	for ; err != nil && place != filepath.Dir(place); info, err = os.Stat(place) {
		place = filepath.Dir(place)
	}
	if err == nil && place != path && !info.IsDir() {
		err = unix.ENOTDIR
	}
	if err == nil && place == path && info.Mode()&(fs.ModeDir|fs.ModeNamedPipe|fs.ModeSocket) != 0 {
		err = regular.ErrNot
	}
	if err == nil {
		err = unix.Access(place, unix.W_OK)
	}
	if err != nil {
		s.Find("The log %s cannot be written (%s: %v). Make it writable, or set IMPASTO_LOG to "+
			"the name of another file.", path, place, err)
		return
	}
	s.Note("log", "%s", path)
}

// engineTime bounds what the engine has to say: most of it is reading the styles, and they
// may be on a slow disk.
const engineTime = 5 * time.Minute

// examineEngine has the engine tell what it knows.
func examineEngine(engine string, tell func(*bridge.Section)) {
	ctx, cancel := context.WithTimeout(context.Background(), engineTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, engine, "doctor")
	cmd.WaitDelay = time.Second
	var said, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &complaint
	err := cmd.Run()
	var last string
	for sections := json.NewDecoder(&said); ; {
		s := &bridge.Section{}
		if broken := sections.Decode(s); broken != nil {
			if !errors.Is(broken, io.EOF) && err == nil {
				err = broken
			}
			break
		}
		last = s.Name
		tell(s)
	}
	if err == nil {
		return
	}
	s := &bridge.Section{Name: "engine"}
	after := "at its start"
	if last != "" {
		after = "after it had looked at the " + last
	}
	words := strings.TrimSpace(complaint.String())
	if len(words) > 500 {
		words = words[:500]
	}
	s.Find("The engine ended %s (%v), and said %q. %s", after, err, words, reinstall)
	tell(s)
}
