#!/usr/bin/env bash
# Restores a backup and verifies it with its manifest and the mtree program of NetBSD (the Debian
# package mtree-netbsd), and reads the manifest with bsdtar (libarchive-tools). Without these it does
# nothing and fails.
set -euo pipefail
cd "$(dirname "$0")/.."

. tests/tools.sh

cargo build --quiet --all-features
bchan="$target/debug/bchan"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export HOME="$work/home" XDG_STATE_HOME="$work/state" XDG_CONFIG_HOME="$work/config"
mkdir -p "$HOME" "$work/tree/deep/empty"
cd "$work"

printf 'content' >'tree/a b'
printf '%s' "$(seq 100000)" >tree/large
: >tree/empty
ln 'tree/a b' tree/second
ln -s 'a b' tree/link
mkfifo tree/pipe
touch -d '1969-12-31 23:59:58.5 UTC' tree/empty
printf 'x' >"$(printf 'tree/odd \t\n*[]?#=\\\303\244')"

local=(--local="$work/data")
"$bchan" "${local[@]}" backup upload docs tree --create --special --quiet
"$bchan" "${local[@]}" backup manifest docs >docs.mtree
"$bchan" "${local[@]}" backup download docs --extract restored --quiet

mtree -f docs.mtree -k type,size,link,sha256digest -p restored
bsdtar -tf docs.mtree >listed
[ "$(wc -l <listed)" -eq "$(grep -c '^\.' docs.mtree)" ]

# A difference is found.
printf 'Content' >'restored/tree/a b'
if mtree -f docs.mtree -k type,size,link,sha256digest -p restored >/dev/null; then
    echo 'error: a changed file was not found' >&2
    exit 1
fi
echo 'the manifest is what mtree and bsdtar understand'
