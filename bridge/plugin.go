package bridge

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-plugin"
	"golang.org/x/sys/unix"
)

// Version is the release that all programs of a bundle belong to. The build sets it.
var Version = "dev"

// Handshake is how impasto-host and impasto-engine know each other before they speak:
// the cookie keeps the engine from being started by hand, the version keeps the
// programs of two bundles apart.
var Handshake = plugin.HandshakeConfig{
	ProtocolVersion:  ProtocolVersion,
	MagicCookieKey:   "IMPASTO_ENGINE",
	MagicCookieValue: "5f0c8a52d7c94b1e8d6f4b7be2a9c310",
}

// Plugins is empty on purpose. From go-plugin come the launch, the handshake, the
// checksum, the log and the health check; the messages need descriptors to travel along
// and have a socket of their own.
var Plugins = plugin.PluginSet{}

// EngineSocket is the descriptor on which the engine finds that socket. impasto-host
// starts it as "impasto-engine --parent PID", the PID being its own.
const EngineSocket = 3

// socketFolder is where go-plugin's socket of this engine lies until the host is
// connected, which then removes it.
var socketFolder string

// TieEngine is the engine's first step: it makes the folder that PLUGIN_UNIX_SOCKET_DIR
// names, and ends the process when impasto-host is gone. Both are the engine's so that
// no folder stays whenever the host is killed: making it in the host would be before
// go-plugin reads the whole engine for its checksum.
func TieEngine(parent int) error {
	// Writing to the log of a host that is gone would end the process on the spot.
	signal.Ignore(unix.SIGPIPE)
	folder := os.Getenv(plugin.EnvUnixSocketDir)
	// It is there already where the engine was started anew, in the same process.
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("making %s: %w", plugin.EnvUnixSocketDir, err)
	}
	socketFolder = folder
	gone, err := WatchParent(parent)
	if err != nil {
		return err
	}
	go func() {
		<-gone
		LeaveEngine(0)
	}()
	return nil
}

// LeaveEngine ends the process. After TieEngine there is no other way out.
func LeaveEngine(code int) {
	// Again where go-plugin is just about to put its socket there.
	for try := 0; socketFolder != "" && try < 100 && removeSocket() != nil; try++ {
		time.Sleep(time.Millisecond)
	}
	os.Exit(code)
}

// removeSocket is os.RemoveAll, which would have to look into the folder around.
func removeSocket() error {
	entries, err := os.ReadDir(socketFolder)
	if errors.Is(err, os.ErrNotExist) {
		return nil // the host was faster
	}
	for _, e := range entries {
		_ = os.Remove(filepath.Join(socketFolder, e.Name())) // or the folder stays, and says so
	}
	return os.Remove(socketFolder)
}
