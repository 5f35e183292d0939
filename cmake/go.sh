#!/bin/sh
# go.sh BUILD OUTPUT PACKAGE VERSION [VARIABLE FILE]: builds a Go program, with the checksum of the one file that it loads or
# starts in a variable; impasto-host is static. Go touches what it made every time, so it is copied to OUTPUT only where it differs, or the demo
# would be rendered anew. Builds are reproducible: no paths, no state of the checkout.
set -eu
PATH=$1/toolchain/bin:$PATH
export PATH GOTOOLCHAIN="${GOTOOLCHAIN:-auto}" # see golang.sh
made=$1/go/$(basename "$2")
output=$2
package=$3
flags="-X impasto.net/bridge.Version=$4"
if [ $# -gt 4 ]; then
    flags="$flags -X main.$5=$(sha256sum <"$6" | cut -d ' ' -f 1)"
fi
[ "$package" != ./host ] || export CGO_ENABLED=0
go build -trimpath -buildvcs=false -ldflags="$flags" -o "$made" "$package"
if ! cmp -s "$made" "$output"; then
    cp "$made" "$output.new"
    mv "$output.new" "$output"
fi
