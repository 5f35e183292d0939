#!/bin/sh
# golang.sh BUILD: sees that there is the Go that go.mod wants, before anything else is fetched. Go 1.21 and newer get
# it by themselves, where Debian's are told to (GOTOOLCHAIN). Older ones, as Debian 12's, do not know how, but can
# fetch it and compare it with its checksum as any module, which it is: it goes into BUILD/toolchain.
set -eu
wanted=$(sed -n 's/^go //p' go.mod)
toolchain=$1/toolchain

# The newer of two versions.
newer() { printf '%s\n%s\n' "$1" "$2" | sort -V | tail -n 1; }
version() { (cd / && go version | sed 's/^go version go\([0-9.]*\).*/\1/'); } # outside, where go.mod counts for nothing
help="Install Go $wanted or newer, from https://go.dev/dl or your system's backports, or see that the network is there."

PATH=$toolchain/bin:$PATH
if ! command -v go >/dev/null; then
    echo "Impasto is built with Go $wanted, and there is no Go here: install any, such as the package golang-go, which can fetch it." >&2
    exit 1
fi
have=$(version)
[ "$(newer "$have" "$wanted")" != "$have" ] || exit 0
echo "Impasto is built with Go $wanted, and this is Go $have."
if [ "$(newer "$have" 1.21)" = "$have" ]; then
    echo "Go fetches the newer one by itself."
    GOTOOLCHAIN=${GOTOOLCHAIN:-auto} go version >/dev/null || { echo "That failed. $help" >&2; exit 1; }
    exit 0
fi
echo "Fetching Go $wanted into $toolchain"
module=golang.org/toolchain@v0.0.1-go$wanted.$(cd / && go env GOOS)-$(cd / && go env GOARCH)
fetched=$(cd / && GOFLAGS='' go mod download -json "$module" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
[ -n "$fetched" ] || { echo "That failed. $help" >&2; exit 1; }
# Modules have neither programs nor modules in them: the first are not executable, and go.mod is called _go.mod.
rm -rf "$toolchain.new" && mkdir -p "$1" && cp -R "$fetched" "$toolchain.new"
chmod -R u+w "$toolchain.new"
chmod +x "$toolchain.new"/bin/* "$toolchain.new"/pkg/tool/*/*
find "$toolchain.new" -name _go.mod | while read -r file; do mv "$file" "${file%_go.mod}go.mod"; done
rm -rf "$toolchain" && mv "$toolchain.new" "$toolchain"
