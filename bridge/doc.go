// Package bridge is what the three programs of a node say to each other: the
// messages, how they are framed on a socket, and the memory that carries pixels.
//
// The same messages run on both hops:
//
//	Impasto.ofx  ──control, lanes──▶  impasto-host  ──one socket──▶  impasto-engine
//
// A frame is 8 bytes of header and a body. The header is the four bytes "IMPb"
// and the body's length, big-endian. The body is msgpack: an array of three, the
// message's kind (string), the id of the request that it belongs to (integer) and
// a map with the fields of that kind, as messages.go lists them. Integers take
// their shortest form, floats are float64, keys come in the order of the struct
// and optional fields that are absent are left out, so that equal messages are
// equal bytes: the vectors in bridge/vectors hold C and Go to that.
//
// Each request has an id of the sender's choosing. Its answer carries the same id,
// and so does the cancel that ends it early: a cancelled request still gets its one
// final answer. Anything may be in flight at once, and answers come in any order.
//
// Pixels go by reference: a request that has any brings one sealed memfd as
// ancillary data (SCM_RIGHTS) on the first byte of its frame, and its images are
// offsets into it. Where no memfd can be had, the images hold their pixels as msgpack
// bin and the final answer brings the output back.
//
// Impasto.ofx starts no thread, so it gives every render a connection of its own:
// it sends one end of a fresh socket pair along with a lane message on the control
// connection. The greeting happens once, on the control connection. The programs
// of one bundle have one version, so a field or kind that is not known is an
// error and not an extension.
package bridge
