package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sys/unix"

	"impasto.net/bridge"
)

const maxLog = 4 << 20

// openLog makes standard error the log file, so that a panic ends up there too. It
// returns the logger, and a sentence that tells the artist where to look. Where no file
// can be had, nothing is kept.
func openLog() (log hclog.Logger, more string) {
	path, err := bridge.LogPath()
	if err == nil && os.Getenv("IMPASTO_LOG") == "" {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = logTo(path)
	}
	more = path + " says more."
	if err != nil {
		more = "Set IMPASTO_LOG to the name of a file and try again to learn more."
	}
	// An engine has nothing to save: it is always killed, and engine.stop says so.
	var expected hclog.ExcludeByMessage
	expected.Add("error closing client during Kill")
	expected.Add("plugin failed to exit gracefully")
	expected.Add("plugin process exited")
	return hclog.New(&hclog.LoggerOptions{
		Name:    fmt.Sprintf("impasto-host.%d", os.Getpid()), // several OFX hosts write one file
		Level:   hclog.LevelFromString(os.Getenv("IMPASTO_LOG_LEVEL")),
		Output:  os.Stderr,
		Exclude: expected.Exclude,
	}), more
}

func logTo(path string) error {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Dup3(int(f.Fd()), unix.Stderr, 0)
}
