package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"

	"impasto.net/bridge"
)

// openLog makes standard error the log file, so that a panic ends up there too. It
// returns the logger, and a sentence that tells the artist where to look. Where no file
// can be had, nothing is kept.
func openLog() (log hclog.Logger, more string) {
	path, err := bridge.LogPath()
	if err == nil && os.Getenv("IMPASTO_LOG") == "" {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	file := &logFile{path: path}
	if err == nil {
		err = file.begin()
	}
	if err == nil {
		err = file.roll()
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
		Output:  file,
		Exclude: expected.Exclude,
	}), more
}
