#!/usr/bin/env bash
# Keys in a real Secret Service, beside those that Python's keyring keeps there. Needs
# gnome-keyring-daemon and dbus-run-session.
set -euo pipefail
cd "$(dirname "$0")/.."

. tests/tools.sh

install_tools tests/keyring
cargo build --quiet

home="$(mktemp -d)"
server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$home"
}
trap cleanup EXIT
bchan="$target/debug/bchan"

key="$("$bchan" server new-key --data "$home/data")"
mkfifo "$home/address"
"$bchan" serve --data "$home/data" --listen 127.0.0.1:0 >"$home/address" 2>/dev/null &
server=$!
# It says where it listens when it does.
read -r line <"$home/address"
url="${line#listening on }"

# A session bus and a keyring of its own, which nobody has to unlock.
mkdir -p "$home/user/.config/backupchan" "$home/run"
chmod 700 "$home/run"
env --ignore-environment HOME="$home/user" XDG_RUNTIME_DIR="$home/run" PATH="$PATH" \
    LANG=C.UTF-8 BCHAN="$bchan" KEY="$key" URL="$url" \
    dbus-run-session -- bash -c '
        set -euo pipefail
        printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null
        exec "$0" tests/keyring/check.py' "$tools/bin/python"
