#!/bin/sh
# Impasto.ofx exports what hosts look up and nothing else, and loads on machines with glibc 2.17.
set -eu
plugin=$1
failed=0

exported=$(objdump -T "$plugin" | awk '/\.text|\.data|\.bss|\.rodata/ { print $NF }' | sort | tr '\n' ' ')
if [ "$exported" != "OfxGetNumberOfPlugins OfxGetPlugin OfxSetHost " ]; then
  echo "$plugin exports: $exported"
  failed=1
fi

newer=$(objdump -T "$plugin" | grep -o 'GLIBC_[0-9.]*' | sort -u | sed 's/GLIBC_//' |
  awk -F. '$1 > 2 || ($1 == 2 && $2 > 17)')
if [ -n "$newer" ]; then
  echo "$plugin needs a newer glibc than 2.17:"
  objdump -T "$plugin" | grep -F "$(for v in $newer; do echo "GLIBC_$v"; done)"
  failed=1
fi

needed=$(objdump -p "$plugin" | awk '$1 == "NEEDED" { print $2 }' | grep -v '^libc\.so\.6$' || true)
if [ -n "$needed" ]; then
  echo "$plugin needs other libraries than libc: $needed"
  failed=1
fi
exit $failed
