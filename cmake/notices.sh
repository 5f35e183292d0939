#!/bin/sh
# notices.sh BUILD ONNXRUNTIME OUTPUT: gathers the licences of everything by others that is in the bundle, or in impasto beside
# it. They are the texts that came with what was built: of Go's modules those of the versions in go.mod, of libraries those of
# the system's packages, of ONNX Runtime those in its folder.
set -eu
PATH=$1/toolchain/bin:$PATH
export PATH GOTOOLCHAIN="${GOTOOLCHAIN:-auto}" # see golang.sh
onnxruntime=$2
output=$3

# entry NAME WHERE FILE…: one part of the file.
entry() {
    printf '\n%s\n%s\n%s\n' "================================================================================" "$1" "$2"
    shift 2
    for text in "$@"; do
        printf -- '--------------------------------------------------------------------------------\n\n'
        cat "$text"
        printf '\n'
    done
}

# library NAME LICENCE WHERE PACKAGE…: one of the system's, by the first of these packages that is here.
library() {
    name=$1 licence=$2 where=$3
    shift 3
    for package in "$@"; do
        text=/usr/share/doc/$package/copyright
        [ ! -f "$text" ] || { entry "$name ($licence)" "$where" "$text"; return; }
    done
    entry "$name ($licence)" "$where" # systems that are no Debian keep it elsewhere
}

# The texts of a module.
texts() {
    find "$1" -maxdepth 1 -type f \( -iname 'licen[sc]e*' -o -iname 'copying*' -o -iname 'notice*' -o -iname 'patents*' \) | sort
    [ ! -d "$1/licenses" ] || find "$1/licenses" -type f | sort
}

modules() {
    go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./plugin ./host ./render >"$output.modules"
    sort -u "$output.modules" |
        while read -r path version folder; do
            found=$(texts "$folder")
            [ -n "$found" ] || { echo "$path $version has no licence in $folder" >&2; exit 1; }
            # shellcheck disable=SC2086 # the module cache has no spaces in its names
            entry "$path $version" "https://pkg.go.dev/$path@$version" $found
        done
}

golang() {
    for text in "$(go env GOROOT)/LICENSE" /usr/share/doc/golang-go/copyright /usr/share/doc/golang/copyright; do
        [ ! -f "$text" ] || { entry "Go, its library (BSD-3-Clause)" "https://go.dev" "$text"; return; }
    done
    entry "Go, its library (BSD-3-Clause)" "https://go.dev"
}

{
    echo "Impasto itself is under the Apache License 2.0, in LICENSE; its styles and networks are under what LICENSE-models and"
    echo "NOTICE-models say. This file has the licences of what others made: of what is in this bundle, and in the program impasto."
    entry "ONNX Runtime (MIT)" "https://github.com/microsoft/onnxruntime" "$onnxruntime/LICENSE" "$onnxruntime/ThirdPartyNotices.txt"
    library "msgpack-c" BSL-1.0 "https://github.com/msgpack/msgpack-c" libmsgpack-dev libmsgpack-c-dev
    library "OpenEXR" BSD-3-Clause "https://openexr.com" libopenexr-dev
    library "Imath" BSD-3-Clause "https://github.com/AcademySoftwareFoundation/Imath" libimath-dev
    library "LibTIFF" libtiff "https://libtiff.gitlab.io/libtiff" libtiff-dev
    golang
    modules
} >"$output.new"
rm "$output.modules"
if cmp -s "$output.new" "$output"; then rm "$output.new"; else mv "$output.new" "$output"; fi
