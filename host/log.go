package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sys/unix"
)

const maxLog = 4 << 20

// openLog makes standard error the log file, so that a panic ends up there too. It
// returns the logger, and a sentence that tells the artist where to look. Where no file
// can be had, nothing is kept.
func openLog() (log hclog.Logger, more string) {
	path, err := logPath()
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

// logPath is $IMPASTO_LOG, or a file in a private folder of the user's.
func logPath() (string, error) {
	if path := os.Getenv("IMPASTO_LOG"); path != "" {
		return path, nil
	}
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		state = filepath.Join(home, ".local", "state")
	}
	dir := filepath.Join(state, "impasto")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return filepath.Join(dir, "impasto-host.log"), nil
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
