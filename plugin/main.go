// Program impasto-engine paints: it runs the networks of styles on plates, for impasto-host,
// which starts it, and for commands of impasto.
package main

import "impasto.net/plugin/engine"

// librarySHA256 is the checksum of the ONNX Runtime that belongs to this program; the build
// sets it.
var librarySHA256 string

func main() { engine.Main(librarySHA256) }
