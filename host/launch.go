package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"impasto.net/bridge"
	"impasto.net/bridge/regular"
)

// installation is the engine that belongs to this host, and how to talk about it.
type installation struct {
	path     string // of impasto-engine
	sha256   string // of that file, in hexadecimal
	patience patience
	log      hclog.Logger
	more     string // a sentence: where the artist finds more
}

var errSilent = errors.New("no answer to the greeting")

// versionError is an engine of another release.
type versionError struct {
	version  string
	protocol int
}

func (v *versionError) Error() string {
	return fmt.Sprintf("the engine is version %s, protocol %d", v.version, v.protocol)
}

// start starts the engine and says what is wrong in words for the artist.
func (in *installation) start(ctx context.Context, hello bridge.Hello) (*engine, *bridge.Error) {
	fail := func(cause error, format string, a ...any) *bridge.Error {
		in.log.Error("the engine cannot be started", "path", in.path, "error", cause)
		return &bridge.Error{
			Code:    bridge.CodeEngine,
			Message: in.path + " " + fmt.Sprintf(format, a...),
			Cause:   cause.Error(),
		}
	}
	const again = bridge.Reinstall + "."

	sum, err := hex.DecodeString(in.sha256)
	if err != nil || len(sum) != sha256.Size {
		return nil, fail(errors.New("no checksum compiled in"),
			"is not started, because this impasto-host was built without its checksum: "+again)
	}
	if st, err := os.Stat(in.path); err != nil {
		return nil, fail(err, "cannot be found: "+again)
	} else if !st.Mode().IsRegular() { // a pipe would be waited for
		return nil, fail(regular.ErrNot, "is no program: "+again)
	}
	if err := regular.Executable(in.path); err != nil {
		return nil, fail(err,
			"may not be executed: make it executable and see that its disk is not mounted "+
				"noexec, or "+again)
	}
	in.log.Info("starting the engine", "path", in.path)
	e, err := in.launch(ctx, sum, hello)
	if err == nil {
		return e, nil
	}
	text, cause, said := err.Error(), err, ""
	if e != nil && e.stderr.String() != "" {
		said = lastWords(e.stderr.String())
		cause = fmt.Errorf("%w; it said: %s", err, e.stderr.String())
	}

	// go-plugin's errors are text, most of them.
	other := new(versionError)
	refusal := new(bridge.Error)
	found := regexp.MustCompile(`Plugin version: (\d+), Client`).FindStringSubmatch(text)
	switch {
	case errors.Is(err, plugin.ErrChecksumsDoNotMatch):
		return nil, fail(cause,
			"is not the engine that this impasto-host was built with (its sha256 differs): "+again)
	case errors.As(err, &other):
		return nil, fail(cause,
			"is version %s (protocol %d), but this impasto-host is version %s (protocol %d): "+again,
			other.version, other.protocol, bridge.Version, bridge.ProtocolVersion)
	case found != nil:
		return nil, fail(cause,
			"speaks protocol %s, but this impasto-host speaks protocol %d: "+again, found[1],
			bridge.ProtocolVersion)
	case errors.As(err, &refusal):
		return nil, fail(cause, "refuses to work: %s", refusal.Message)
	case errors.Is(err, errSilent),
		strings.Contains(text, "timeout while waiting for plugin to start"):
		return nil, fail(cause,
			"did not answer within %v of its start: is the machine very busy, or the disk slow? %s",
			in.patience.start, in.more)
	case e.cutShort(err):
		return nil, fail(cause,
			"was stopped by a signal (%s) each of the %d times that it was started: something on "+
				"this "+
				"machine stops programs, as the system does where memory runs out. %s", e.signal(),
			starts, in.more)
	case endedItself(err):
		if said != "" {
			return nil, fail(cause, "ended as soon as it was started, saying %q. %s", said, in.more)
		}
		return nil, fail(cause, "ended as soon as it was started. %s", in.more)
	case strings.Contains(text, "Unrecognized remote plugin message"),
		strings.Contains(text, "core protocol version"),
		strings.Contains(text, "protocol version"):
		return nil, fail(cause, "does not answer as an engine of Impasto does: "+again)
	}
	return nil, fail(cause, "cannot be started: %v. %s", err, in.more)
}

// lastWords is the last line that the engine wrote to standard error, or what that says
// where it comes from its logger.
func lastWords(said string) string {
	line := said[strings.LastIndexByte(said, '\n')+1:]
	var entry struct {
		Message string `json:"@message"`
		Error   string `json:"error"`
	}
	if json.Unmarshal([]byte(line), &entry) != nil || entry.Message == "" {
		return line
	}
	if entry.Error == "" {
		return entry.Message
	}
	return entry.Message + ": " + entry.Error
}

const (
	socketPrefix = "impasto-socket-"
	socketAge    = 10 * time.Minute // many times as long as a start
)

// socketFolder names a folder for go-plugin's socket, whose whole path has to fit into
// 108 bytes. It also removes what is left where host and engine were killed in the same
// instant: such a folder lives for one start, so any that is older is nobody's.
func socketFolder() (string, error) {
	var tried []string
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.Getenv("TMPDIR"), "/tmp"} {
		if !filepath.IsAbs(base) || len(base) > 45 {
			continue
		}
		old, _ := filepath.Glob(filepath.Join(base, socketPrefix+"*")) // the pattern is valid
		for _, dir := range old {
			info, err := os.Lstat(dir)
			if err == nil && info.IsDir() && time.Since(info.ModTime()) > socketAge &&
				regular.Mine(info) {
				os.RemoveAll(dir)
			}
		}
		if err := regular.Writable(base); err != nil {
			tried = append(tried, fmt.Sprintf("%s (%v)", base, err))
			continue
		}
		return filepath.Join(base, socketPrefix+rand.Text()), nil
	}
	return "", fmt.Errorf("no folder for a socket: %s", strings.Join(tried, ", "))
}
