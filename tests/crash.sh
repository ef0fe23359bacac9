#!/usr/bin/env bash
# Kills a server under load many times and checks what it has kept: the long run of the test in
# tests/crash/. Prints what was done at the end, and fails if anything was wrong; then it says
# which folders to look at.
#
#   tests/crash.sh [--kills N] [--seed S]
#
#   --kills N   kills under load [default: 300]; 100 take about half a minute
#   --seed S    choose the same operations and moments as a run that has printed this seed
#               [default: the time]; what the server does in between is up to the machine
#
# Storage lies in $TMPDIR (default: /tmp) and in /dev/shm, so that moves cross file systems.
set -euo pipefail

kills=300
seed=
while [ $# -gt 0 ]; do
    case "$1" in
        --kills) kills=${2:?--kills needs a number}; shift 2 ;;
        --seed) seed=${2:?--seed needs a number}; shift 2 ;;
        -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
        *) echo "unknown option $1; see --help" >&2; exit 2 ;;
    esac
done
cd "$(dirname "$0")/.."
export BCHAN_CRASH_KILLS=$kills
[ -z "$seed" ] || export BCHAN_CRASH_SEED=$seed
exec cargo test --quiet -p bchan --test crash -- --nocapture
