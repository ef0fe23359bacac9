#!/usr/bin/env bash
# Holds what a real server tells monitoring to the reference parser of the format, and to promtool
# where that is there.
set -euo pipefail
cd "$(dirname "$0")/.."

. tests/tools.sh
. tests/server.sh
install_tools tests/metrics

# Debian's package without its service. Where it cannot be had, the reference parser must do.
if [ -n "${CI:-}" ] && ! command -v promtool >/dev/null && command -v apt-get >/dev/null &&
    ! [ -x "$tools/promtool/usr/bin/promtool" ]; then
    (
        cd "$tools" &&
            { [ "$(id -u)" != 0 ] || apt-get update -qq; } &&
            apt-get download -qq prometheus 2>/dev/null &&
            dpkg -x prometheus_*.deb promtool &&
            rm prometheus_*.deb
    ) || echo 'promtool cannot be had'
fi

start_server

mkdir "$home/source"
printf 'some content' >"$home/source/file"
"$bchan" --quiet target create --name 'odd "name" \ {x="y"} ü' --alias odd
"$bchan" --quiet backup upload odd "$home/source"
# By the same endpoint, whose requests are counted.
"$bchan" --quiet backup upload odd "$home/source" --full
"$bchan" --quiet target create --name empty --alias empty
"$bchan" --quiet job run recycle_job

scrape() {
    curl --silent --show-error --fail --output "$home/metrics" \
        --write-out '%{content_type}' "$@" "$BCHAN_SERVER/metrics"
}
# Twice, for counters never go back.
scrape --header "Authorization: Bearer $BCHAN_API_KEY" >"$home/type"
cp "$home/metrics" "$home/before"
scrape --header "Authorization: Bearer $BCHAN_API_KEY" >"$home/type"
"$tools/bin/python" tests/metrics/check.py "$home/before" "$home/metrics" "$(cat "$home/type")"

# Those of a key for one target are in order, too.
key="$("$bchan" server new-key --data "$home/data" --name one --rights read --target odd)"
cp "$home/metrics" "$home/all"
scrape --header "Authorization: Bearer $key" >"$home/type"
"$tools/bin/python" tests/metrics/check.py --bound "$home/metrics" "$home/metrics" "$(cat "$home/type")"

promtool="$(command -v promtool || ls "$tools/promtool/usr/bin/promtool" 2>/dev/null || true)"
if [ -n "$promtool" ]; then
    "$promtool" check metrics <"$home/all"
    "$promtool" check metrics <"$home/metrics"
    echo 'promtool finds nothing to complain of'
fi
