#!/bin/sh
# libFuzzer over the decoder for some seconds (FUZZ_SECONDS), from the golden vectors on.
# fuzz.sh REPOSITORY ARCHIVE-OF-MSGPACK [COMPILER FLAGS]
set -eu
repository=$1
archive=$2
shift 2
if ! command -v clang >/dev/null; then
  echo "skipped: libFuzzer comes with clang, which is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
clang -std=c11 -g -O1 -D_DEFAULT_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all "$@" \
  -I "$repository/c" "$repository/c/test/fuzz_messages.c" "$repository/c/link/messages.c" "$archive" -o "$folder/fuzz"
mkdir "$folder/corpus" # what it finds goes here, and not beside the vectors
cd "$folder"
./fuzz -max_total_time="${FUZZ_SECONDS:-5}" -max_len=4096 -rss_limit_mb=1024 -malloc_limit_mb=64 -verbosity=0 \
  -print_final_stats=1 corpus "$repository/bridge/vectors"
