#!/bin/sh
# Makes several targets at once, and shows what each of them said, one after the other: sh .ci/together.sh ruff mypy
# Fails if one of them failed. GNU make 3.81, which macOS has, would mix their words. MAKE names another make.
set -u
folder=$(mktemp -d)
running=
trap 'kill $running 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

for target in "$@"; do
    "${MAKE:-make}" --no-print-directory "$target" >"$folder/$target" 2>&1 &
    running="$running $!"
done

failed=
for target in "$@"; do
    set -- $running
    wait "$1" || failed="$failed $target"
    shift
    running="$*"
    printf '\n== %s\n' "$target"
    cat "$folder/$target"
done
[ -z "$failed" ] || { printf '\nFailed:%s\n' "$failed" >&2; exit 1; }
