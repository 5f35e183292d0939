// Command impasto-host is started by Impasto.ofx, once in each OFX host process. It
// starts and supervises impasto-engine and passes requests on to it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"impasto.net/bridge"
)

// engineSHA256 is the checksum of the engine that belongs to this program. The build
// sets it.
var engineSHA256 string

// controlSocket is the descriptor on which Impasto.ofx leaves its socket.
const controlSocket = 3

func main() {
	parent := flag.Int("parent", 0, "the `process` that started this one, and with which it ends")
	flag.Parse()
	if *parent == 0 || flag.NArg() != 0 {
		fmt.Fprintln(os.Stderr,
			"impasto-host is started by Impasto.ofx. By hand there is nothing to do with it.")
		os.Exit(2)
	}
	unix.Umask(0o077)
	log, more := openLog()
	engine := installation{
		sha256:   engineSHA256,
		patience: usualPatience,
		log:      log,
		more:     more,
	}
	if err := run(*parent, engine); err != nil {
		log.Error("cannot start", "error", err)
		os.Exit(1)
	}
}

func run(parent int, engine installation) error {
	gone, err := bridge.WatchParent(parent)
	if err != nil {
		return err
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	engine.path = filepath.Join(filepath.Dir(self), "impasto-engine")
	control, err := bridge.NewConn(os.NewFile(controlSocket, "control socket"))
	if err != nil {
		return err
	}

	ctx, cancel := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT,
		unix.SIGHUP)
	defer cancel()
	go func() {
		<-gone
		cancel()
	}()
	// The end is quick, whatever a driver or a disk does.
	context.AfterFunc(ctx, func() {
		time.AfterFunc(800*time.Millisecond, func() { os.Exit(1) })
	})

	serve(ctx, control, &engine)
	engine.log.Info("the OFX host is gone")
	return nil
}
