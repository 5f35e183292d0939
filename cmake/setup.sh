#!/bin/sh
# Installs the packages that building (setup.sh build) or testing (setup.sh test) needs and that are missing, and Go
# into the folder of the build, build or $2, where it is too old.
set -eu

building="cmake g++ pkg-config libopenexr-dev libtiff-dev libmsgpack-dev python3-pip"
# Chromium brings a Vulkan driver that needs no GPU, SwiftShader: 32 MB, without the browser.
testing="clang libclang-rt-dev binutils python3-torch python3-onnx python3-numpy python3-pil python3-tqdm python3-pytest python3-venv libopenblas0-pthread fonts-dejavu-core libvulkan1 chromium-common strace"

case "${1:-}" in
build) wanted=$building ;;
test) wanted="$building $testing" ;;
*) echo "usage: setup.sh build|test [FOLDER]" >&2; exit 2 ;;
esac

"$(dirname "$0")/golang.sh" "$(realpath -m "${2:-build}")"
for program in gcc make git npm; do
    command -v "$program" >/dev/null || { echo "Impasto needs $program; please install it first." >&2; exit 1; }
done
if ! command -v dpkg-query >/dev/null; then
    echo "This is neither Debian nor Ubuntu; Impasto takes it that these are installed: $wanted"
    exit 0
fi

installed() { dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed'; }

# Newer releases have renamed two of these. Ubuntu's chromium is a snap, out of which no driver can be had: the tests
# that want it skip.
present() {
    case $1 in
    chromium-common) installed "$1" || grep -qs '^ID=ubuntu' /etc/os-release ;;
    libmsgpack-dev) installed libmsgpack-dev || installed libmsgpack-c-dev ;;
    libclang-rt-dev) dpkg-query -W -f '${Package} ${Status}\n' 'libclang-rt-*dev' 2>/dev/null | grep -q 'install ok' ;;
    *) installed "$1" ;;
    esac
}

missing=""
for package in $wanted; do
    present "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

root=""
[ "$(id -u)" -eq 0 ] || root=sudo
echo "Installing what is missing:$missing"
$root apt-get update -qq

# The name that this release has for a package.
available() { apt-cache show "$1" >/dev/null 2>&1; }
names=""
for package in $missing; do
    case $package in
    libmsgpack-dev) available libmsgpack-c-dev && package=libmsgpack-c-dev ;;
    libclang-rt-dev) package=$(apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p' | head -n 1) ;;
    esac
    names="$names $package"
done
# shellcheck disable=SC2086 # a list of words
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $names
