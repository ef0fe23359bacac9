#!/usr/bin/env bash
# Keeps a server busy beside 2,000 connections that are idle, 200 that trickle and 50 that ask and
# read no answers: the long run of the test in tests/attack/soak.rs. Fails where a good request takes
# more than 100 ms at the median or is refused, where the service manager's watchdog is not fed, where
# memory grows or passes 100 MiB, or where a download is not what was uploaded.
#
#   tests/soak.sh [--minutes N]
#
#   --minutes N  how long [default: 30]
#
# Builds for release. It wants a machine with nothing else to do, and 5,000 open files.
set -euo pipefail

minutes=30
while [ $# -gt 0 ]; do
    case "$1" in
        --minutes) minutes=${2:?--minutes needs a number}; shift 2 ;;
        -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
        *) echo "unknown option $1; see --help" >&2; exit 2 ;;
    esac
done
cd "$(dirname "$0")/.."
export BCHAN_SOAK_MINUTES=$minutes
exec cargo test --quiet --release -p bchan --test attack a_soaked_server -- --nocapture
