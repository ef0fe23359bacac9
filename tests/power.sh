#!/usr/bin/env bash
# Cuts the power of a server's disks many times and checks what the server has kept, and has writes
# fail after the system has accepted them: the long run of the tests in tests/power/. Prints what was
# done at the end, and fails if anything was wrong; then it says which folders to look at.
#
#   tests/power.sh [--cuts N] [--fs KINDS] [--seed S]
#
#   --cuts N    power cuts under load on each kind of file system [default: 200]; 100 take about two
#               minutes
#   --fs KINDS  kinds with commas [default: ext4,xfs,btrfs]
#   --seed S    choose the same operations, moments and losses as a run that has printed this seed
#               [default: the time]; what the server does in between is up to the machine
#
# Needs root, /dev/fuse, loop devices, and the packages e2fsprogs, xfsprogs and btrfs-progs.
set -euo pipefail

cuts=200
kinds=ext4,xfs,btrfs
seed=
while [ $# -gt 0 ]; do
    case "$1" in
        --cuts) cuts=${2:?--cuts needs a number}; shift 2 ;;
        --fs) kinds=${2:?--fs needs names}; shift 2 ;;
        --seed) seed=${2:?--seed needs a number}; shift 2 ;;
        -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
        *) echo "unknown option $1; see --help" >&2; exit 2 ;;
    esac
done
cd "$(dirname "$0")/.."
export BCHAN_POWER_CUTS=$cuts BCHAN_POWER_FS=$kinds
[ -z "$seed" ] || export BCHAN_POWER_SEED=$seed
exec cargo test --quiet -p bchan --test power -- --nocapture --test-threads 1
