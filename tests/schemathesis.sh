#!/usr/bin/env bash
# Holds a real server to its description with schemathesis: requests of every kind, good and bad;
# no answer may be a 5xx or other than described. Options go to `schemathesis run`.
set -euo pipefail
cd "$(dirname "$0")/.."

. tests/tools.sh
. tests/server.sh
install_tools tests/schemathesis
"$tools/bin/openapi-spec-validator" --schema 3.1 crates/api/openapi.json
start_server

failed=0
(
    cd tests/schemathesis
    export PYTHONDONTWRITEBYTECODE=1 HYPOTHESIS_STORAGE_DIRECTORY="$home/hypothesis"
    "$tools/bin/schemathesis" run ../../crates/api/openapi.json \
        --url "$BCHAN_SERVER" "$@"
) || failed=$?
if ! kill -0 "$server"; then
    echo "error: the server has ended" >&2
    failed=1
fi
if [ "$failed" != 0 ] || grep -q panicked "$home/log"; then
    grep -E 'ERROR|panicked' "$home/log" | tail -n 50 >&2 || true
    exit 1
fi
