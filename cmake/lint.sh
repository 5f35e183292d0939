#!/bin/sh
# lint.sh BUILD: the few rules that hold for everything here. The tools are fetched into BUILD/lint, in the versions below:
#   golangci-lint   runs vet, staticcheck and gofmt over Go in one pass; Go's modules bring it, with their checksums
#   ruff            looks at Python in no time, and at nothing but mistakes; from PyPI
#   clang-format    formats C as its own compiler reads it; from PyPI, so that it is the same one everywhere
#   git             finds blanks at the ends of lines; it is here already
# Of C only lines are looked at that were changed and not committed, or since LINT_BASE, a commit.
set -eu
cd "$(dirname "$0")/.."
golangci=2.5.0
ruff=0.17.6
clang_format=23.1.5

tools=$(realpath -m "$1/lint")
PATH=$(realpath -m "$1/toolchain/bin"):$PATH
export PATH GOTOOLCHAIN="${GOTOOLCHAIN:-auto}" # see golang.sh
cmake/golang.sh "$1"
linter=$tools/golangci-lint-$golangci
python=$tools/python-$ruff-$clang_format
if [ ! -x "$linter" ]; then
    echo "Fetching golangci-lint $golangci, which takes a few minutes to compile"
    mkdir -p "$tools"
    GOFLAGS='' GOBIN="$tools" go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$golangci"
    mv "$tools/golangci-lint" "$linter"
fi
if [ ! -d "$python" ]; then
    echo "Fetching ruff $ruff and clang-format $clang_format"
    rm -rf "$python.new"
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$python.new" "ruff==$ruff" "clang-format==$clang_format"
    mv "$python.new" "$python"
fi

failed=0
report() { echo "lint: $1"; failed=1; }

"$linter" run ./... || report "Go"
"$python/bin/ruff" check --quiet --no-cache models/train || report "Python"
changes=$(PYTHONPATH=$python python3 "$python/bin/git-clang-format" --binary "$python/clang_format/data/bin/clang-format" --diff --quiet \
    "${LINT_BASE:-HEAD}" -- c 2>&1) || true
case $changes in
"" | "no modified files to format" | "clang-format did not modify any files") ;;
*) echo "$changes"; report "C, as git clang-format would have it" ;;
esac
nothing=$(git hash-object -t tree /dev/null)
git diff --check "$nothing" -- . ':!LICENSE' ':!models/LICENSE' ':!render/examples' || report "blanks at the ends of lines"

# Links in Markdown to files of ours.
for page in $(git ls-files '*.md'); do
    for link in $(grep -o '](\([^)#:]*\)[)#]' "$page" | sed 's/^](//; s/[)#]$//' | sort -u); do
        [ -e "$(dirname "$page")/$link" ] || report "$page links to $link, which is not there"
    done
done

[ $failed -ne 0 ] || echo "lint: nothing is wrong"
exit $failed
