package network

import "regexp"

// inSource is where in ONNX Runtime's own source something was found: a file and a line, and
// the function there as a compiler writes it, with what was tested.
var inSource = regexp.MustCompile(`\S*onnxruntime_src/\S+:\d+ [^()]*\([^()]*\)(?: const)?(?: \[with [^\]]*\])? (?:.* was false\. )?` +
	`|\b\w+\.(?:cc|h):\d+ \w+ |\[ONNXRuntimeError\] : \d+ : \w+ : `)

// atNode is how it says which operator failed.
var atNode = regexp.MustCompile(`Non-zero status code returned while running (\w+) node\. Name:'[^']*' Status Message: `)

// around is what it says of no use.
var around = regexp.MustCompile(`Error (?:creating C session|running network): |Exception during initialization: |This is an invalid model\. `)

// runtimeError is an error of ONNX Runtime, in words that are not about its own source.
type runtimeError struct{ err error }

func (e *runtimeError) Unwrap() error { return e.err }

func (e *runtimeError) Error() string {
	text := around.ReplaceAllString(e.err.Error(), "")
	text = atNode.ReplaceAllString(text, "its operator $1 fails: ")
	return inSource.ReplaceAllString(text, "")
}
