package bridge

import "github.com/hashicorp/go-plugin"

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

// EngineSocket is the descriptor on which the engine finds that socket.
//
// impasto-host starts it as "impasto-engine --parent PID", the PID being its own, and
// names in PLUGIN_UNIX_SOCKET_DIR a folder that does not exist yet. The engine makes it
// (0700) once it watches its parent, and before it serves: go-plugin's socket goes there.
// The host removes the folder as soon as it is connected; where the parent goes before
// that, the engine does, and exits. So nobody's kill -9 leaves anything behind.
const EngineSocket = 3
