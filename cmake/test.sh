#!/bin/sh
# What setting up says where something is missing: Go too old, first of all, and npm's own error.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A Go of a version, without a network. It obeys GOTOOLCHAIN as Debian's does: not unless it is told.
old_go() {
    cat >"$folder/go" <<EOF
#!/bin/sh
case \$1 in
version) [ "\$PWD" = / ] || [ "\${GOTOOLCHAIN:-local}" != local ] && echo "go version go$1 linux/amd64" ;;
env) echo something ;;
*) exit 1 ;;
esac
EOF
    chmod +x "$folder/go"
}

# said OUTPUT STATUS WORDS WORDS WANTED: the last command said both, and ended with the wanted status.
said() {
    for words in "$3" "$4"; do
        case $1 in *"$words"*) ;; *) echo "it does not say \"$words\", but: $1" && exit 1 ;; esac
    done
    [ "$2" = "$5" ] || { echo "it ended with $2: $1"; exit 1; }
}

wanted=$(sed -n 's/^go //p' go.mod)
run() { status=0 && output=$(env -u GOTOOLCHAIN PATH="$folder:$PATH" "$@" 2>&1) || status=$?; }
old_go 1.19.8
run cmake/setup.sh build "$folder/build"
said "$output" $status "Impasto is built with Go $wanted, and this is Go 1.19.8." "Install Go $wanted or newer" 1
old_go 1.24.1
run cmake/golang.sh "$folder/build"
said "$output" $status "Impasto is built with Go $wanted, and this is Go 1.24.1." "by itself" 0
old_go 99.0
run cmake/golang.sh "$folder/build"
said "$output" $status "" "" 0
# Without any, whatever else is missing: of programs there are only those that the script itself takes.
mkdir "$folder/few"
for program in sh sed dirname realpath; do ln -s "$(command -v $program)" "$folder/few/"; done
run env PATH="$folder/few" cmake/setup.sh build "$folder/build"
said "$output" $status "Impasto is built with Go $wanted, and there is no Go here" "golang-go" 1
# And where nobody has run setup.sh.
old_go 1.19.8
run cmake -S . -B "$folder/build"
said "$output" $status "Impasto is built with Go $wanted, and this is Go 1.19.8." "There is no Go to build with" 1

run env npm_config_registry=http://127.0.0.1:9 npm_config_fetch_retries=0 npm_config_cache="$folder/npm" \
    cmake -DFOLDER="$folder/ort" -DVERSION=1.30.0 -DSHA256=0 -DPLATFORM=linux/x64 -P cmake/onnxruntime.cmake
said "$output" $status "ECONNREFUSED" "npm could not fetch onnxruntime-node 1.30.0" 1
