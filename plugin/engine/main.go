// Package engine is the program that paints: it runs the networks of styles on plates.
// impasto-host starts it through go-plugin, which does the handshake and the log; requests
// come as bridge messages on a socket of their own.
//
// A request passes through serve.go (messages), render.go (one frame, from plate to output),
// size.go (how large it is worked at), paint.go (by a network, with what paintings.go makes of a
// painting and statistics.go of the frame) or descend.go (by descent), and develop.go (the device,
// and the pictures that are kept). What this process may open is in confine.go, the library that
// it loads in runtime.go; what impasto has it do on the command line is in command_*.go.
package engine

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"impasto.net/bridge"
	"impasto.net/bridge/plain"
	"impasto.net/plugin/cache"
	"impasto.net/plugin/config"
	"impasto.net/plugin/doctor"
	"impasto.net/plugin/importer"
	"impasto.net/plugin/sandbox"
)

// Main is the program. It belongs to the ONNX Runtime with that SHA-256, in hexadecimal digits.
func Main(library string) {
	librarySHA256 = library
	if len(os.Args) > 1 && commands[os.Args[1]] != nil {
		if err := commands[os.Args[1]](os.Args[2:]); err != nil {
			fmt.Fprintf(plain.Err, "impasto %s: %v\n", os.Args[1], err)
			os.Exit(1)
		}
		return
	}
	parent := flag.Int("parent", 0, "the `process` that started this one, and with which it ends")
	flag.Parse()
	if os.Getenv(bridge.Handshake.MagicCookieKey) != bridge.Handshake.MagicCookieValue ||
		*parent == 0 {
		fmt.Fprintln(os.Stderr,
			"impasto-engine is a part of the Impasto node, whose host process starts it when a "+
				"frame is to be painted. There is nothing to be done with it by hand.")
		os.Exit(2)
	}
	// Standard error belongs to go-plugin once it serves; the logger keeps the real one.
	log := hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: os.Stderr, JSONFormat: true})
	if err := start(*parent, log); err != nil {
		log.Error("the engine cannot start", "error", err)
		bridge.LeaveEngine(1)
	}
	plugin.Serve(&plugin.ServeConfig{HandshakeConfig: bridge.Handshake, Plugins: bridge.Plugins,
		Logger: log})
	bridge.LeaveEngine(0)
}

// commands are what impasto has this program do beside painting for the node.
var commands = map[string]func(args []string) error{"network": networkCommand, "doctor": doctorCommand,
	"optimise": optimiseCommand, "trial": try}

// try runs a stranger's graph for impasto models: the process that wants it, the file, and
// the outputs that are wanted.
func try(args []string) error {
	_, library, err := installed()
	if err != nil {
		return err
	}
	if len(args) < 3 {
		return errors.New("wanted are a process, a file and outputs")
	}
	parent, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	_ = expendable()
	// Of a stranger's network it sees the file, and writes nothing.
	if _, err := sandbox.Enter(func() sandbox.Files {
		files := libraries(library)
		files[sandbox.Read] = append(files[sandbox.Read], args[1])
		return files
	}, sandbox.NoSockets); err != nil {
		return err
	}
	if err := checkLibrary(library); err != nil {
		return err
	}
	return importer.Trial(library, parent, args[1], args[2:])
}

// start answers messages from here on, and ends the process with its parent.
func start(parent int, log hclog.Logger) error {
	if err := bridge.TieEngine(parent); err != nil {
		return err
	}
	bank, library, err := installed()
	if err != nil {
		return err
	}
	if err := expendable(); err != nil {
		log.Warn("the engine is no likelier than others to be ended when memory runs out", "error",
			err)
	}
	if folder := config.UserFolder(); folder != "" {
		_ = os.MkdirAll(folder, 0o755) // what is added later is seen only where this is there now
	}
	lacks, err := confine(bank, library)
	if err != nil {
		return err
	}
	if len(lacks) > 0 {
		log.Warn("the engine is confined less than it could be", "because this machine lacks",
			lacks)
	}
	conn, err := bridge.NewConn(os.NewFile(bridge.EngineSocket, "the engine's socket"))
	if err != nil {
		return err
	}
	if err := loadRuntime(library); err != nil {
		return err
	}
	limit, err := config.Threads()
	if err != nil {
		return err
	}
	engine := newEngine(bank, limit, log)
	if engine.devices.Override, err = config.Device(); err != nil {
		return err
	}
	if engine.budget.Override, err = config.Memory(); err != nil {
		return err
	}
	folder, most, err := config.DiskCache()
	if err != nil {
		return err
	}
	if most > 0 {
		engine.disk = &cache.Disk{Folder: folder, Limit: most}
	}
	go func() {
		if err := engine.serve(conn); err != nil {
			log.Error("the connection to impasto-host broke", "error", err)
			bridge.LeaveEngine(1)
		}
		bridge.LeaveEngine(0)
	}()
	return nil
}

// doctorCommand says what is wrong, for impasto doctor.
func doctorCommand([]string) error {
	bank, library, err := installed()
	if err != nil {
		return err
	}
	lacks, err := confine(bank, library) // to find what the engine finds
	if err != nil {
		return err
	}
	return doctor.Report(os.Stdout, bank, library, lacks, loadRuntime)
}
