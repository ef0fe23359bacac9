#!/usr/bin/env bash
# Has system calls of a server fail during every kind of change and checks what it has kept: the long
# run of the test in tests/it/io_errors.rs. A case is one call (the first fsync, the second, and so
# on), one error (EIO, ENOSPC, EROFS), once or from then on, followed by nothing, a kill or a stop.
#
#   tests/io-errors.sh [--cases N|all] [--change TEXT] [--seed S]
#
#   --cases N      cases of each kind of change, chosen at random; `all` are about 20,000 in total,
#                  which takes hours [default: 100]
#   --change TEXT  only kinds of changes whose names have this text, such as "upload of a tree"
#   --seed S       choose the same cases as a run that has printed this seed [default: the time]
#
# Needs strace and the right to trace processes.
set -euo pipefail

cases=100
change=
seed=$(date +%s)
while [ $# -gt 0 ]; do
    case "$1" in
        --cases) cases=${2:?--cases needs a number}; shift 2 ;;
        --change) change=${2:?--change needs a text}; shift 2 ;;
        --seed) seed=${2:?--seed needs a number}; shift 2 ;;
        -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
        *) echo "unknown option $1; see --help" >&2; exit 2 ;;
    esac
done
[ "$cases" != all ] || cases=1000000
command -v strace >/dev/null || { echo "strace is missing" >&2; exit 1; }
cd "$(dirname "$0")/.."
export BCHAN_IO_ERRORS_CASES=$cases BCHAN_IO_ERRORS_CHANGE=$change BCHAN_IO_ERRORS_SEED=$seed
exec cargo test --quiet -p bchan --test it io_errors -- --nocapture
