#!/usr/bin/env bash
# Compares bchan with what one would use instead, and with what the machine's own tools need for the
# same bytes. Takes an hour or more and wants a quiet machine; `benches/compare.sh --help` lists
# what can be chosen. Needs restic, borg, wrk, zstd and tar beside Rust and Python 3.
set -euo pipefail
cd "$(dirname "$0")/.."

. tests/tools.sh

install_tools benches/compare

if [ -z "${COMPARE_BCHAN:-}" ]; then
    cargo build --release --quiet
    COMPARE_BCHAN="$target/release/bchan"
fi
export COMPARE_BCHAN COMPARE_TOOLS="$tools"
PYTHONDONTWRITEBYTECODE=1 exec python3 benches/compare "$@"
