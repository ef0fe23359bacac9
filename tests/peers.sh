#!/usr/bin/env bash
# The published Python programs as peers: every method of the library, every command, presets and
# configuration, against a real server. Prints a table of them. Options go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

. tests/tools.sh

install_tools tests/peers

cargo build --quiet
home="$(mktemp -d)"
trap 'rm -rf "$home"' EXIT

# No file of the user who runs this is read or written.
env --ignore-environment \
    HOME="$home" TMPDIR="$home" PATH="$PATH" LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
    PEERS_BCHAN="$target/debug/bchan" PEERS_PYTHON="$tools/bin/backupchan" \
    "$tools/bin/pytest" -p no:cacheprovider --quiet --basetemp "$home/pytest" "$@" tests/peers
