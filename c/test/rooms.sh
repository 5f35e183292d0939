#!/bin/sh
# c/link includes nothing of c/node, and no file includes one that includes it again: it could not
# be read, or tested, without the other.
# rooms.sh FOLDER
set -eu
cd "$1"
failed=0

if grep -n '#include.*node/' link/*.[ch]; then
  echo "c/link includes what is in c/node"
  failed=1
fi

# A header and its source count as one.
for file in node/*.[ch] link/*.[ch]; do
  sed -n 's/^#include "\(.*\)\.h"$/\1/p' "$file" | while read -r included; do
    if [ -e "${file%/*}/$included.h" ]; then
      included=${file%/*}/$included
    fi
    echo "${file%.*} $included"
  done
done | tsort >/dev/null || failed=1
exit $failed
