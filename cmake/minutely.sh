#!/bin/sh
# minutely.sh COMMAND…: runs a command that may take an hour, and says every minute what is being tested.
set -eu
(
    minutes=0
    while sleep 60 >/dev/null 2>&1; do
        minutes=$((minutes + 1))
        echo "… $minutes min, at $(cat /proc/[0-9]*/comm 2>/dev/null | grep '\.test$' | sort -u | tr '\n' ' ')"
    done
) &
trap 'kill $!' EXIT
"$@"
