#!/bin/sh
# licences.sh BUILD RESOURCES: the bundle brings its licence, those of the weights, and those of everything in it that others made.
set -eu
cd "$(dirname "$0")/.."
PATH=$1/toolchain/bin:$PATH
export PATH GOTOOLCHAIN="${GOTOOLCHAIN:-auto}" # see golang.sh
resources=$2
notices=$resources/THIRD-PARTY-NOTICES
failed=0

# names FILE WORDS: a line of the file begins with these words.
names() {
    awk -v words="$2" 'index($0, words) == 1 { found = 1 } END { exit !found }' "$1" ||
        { echo "$1 does not name $2"; failed=1; }
}

cmp LICENSE "$resources/LICENSE"
cmp models/LICENSE "$resources/LICENSE-models"
cmp models/NOTICE "$resources/NOTICE-models"
names "$resources/LICENSE-models" "CC0 1.0 Universal"
grep -q 'https://creativecommons.org/licenses/by/4.0/' "$resources/NOTICE-models"
for name in "ONNX Runtime (MIT)" msgpack-c OpenEXR Imath LibTIFF "Go, its library" dawn; do
    names "$notices" "$name"
done
# What the programs themselves say that is in them.
for program in "$resources"/../*/impasto-host "$resources"/../*/impasto-engine "$1/bin/impasto"; do
    go version -m "$program" | awk '$1 == "dep" { print $2, $3 }' >"$1/modules.txt"
    [ -s "$1/modules.txt" ] || { echo "$program names no modules"; failed=1; }
    while read -r module; do names "$notices" "$module"; done <"$1/modules.txt"
done
# Every licence that a package says it is under is one of those here.
for manifest in "$resources"/styles/*/*.json; do
    case $(sed -n 's/^  "licence": "\(.*\)",*$/\1/p' "$manifest") in
    CC0-1.0 | CC-BY-4.0) ;;
    *) echo "$manifest is under a licence that $resources/NOTICE-models does not have"; failed=1 ;;
    esac
done
exit $failed
