#!/usr/bin/env python3
"""Tar archives of many programs, uploaded to a server, and compared with what GNU tar and bsdtar extract.

    tests/foreign/tars.py BCHAN [PART OF A NAME]

BCHAN is the program. Needs root, for owners and set-id bits, and of the programs that make archives
whatever is there: tar, bsdtar, busybox, pax, cpio, star, perl, 7z, git, dpkg-deb, npm, and compressors.
Prints a table, and ends with 1 if something is neither the same nor explained.
"""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from real_server import Server
from tar_makers import TREES, makers

# Why something is refused or stored as one file, by name: the answer has this text.
REFUSED = {
    "gnu volume 1": "cut off",
    "gnu volume 2": "not supported",
    "gzip and garbage": "not gzip",
}
AS_FILE = {
    "bsdtar cpio": "cpio",
    "bsdtar 7zip": "7-Zip",
    "lzma": "lzma",
    "lzip": "lzip",
    "xz large": "memory",
    "zstd too long": "memory",
    "compress": "compress",
}

# Differences from what both programs extract that are known, and why: a name of an archive, a text in
# the difference, the reason.
EXPLAINED = [
    ("gnu xattrs", "system.posix_acl_", "GNU tar takes lists only from records of their own"),
]

OWN = "user.bchan."
KEPT = OWN + "xattr."


def attributes(path):
    names = os.listxattr(path, follow_symlinks=False)
    return {name: os.getxattr(path, name, follow_symlinks=False) for name in names}


def describe(path, start):
    """What is to be the same about an entry."""
    info = path.lstat()
    found = attributes(path)
    kept = {}
    mode, owner = stat.S_IMODE(info.st_mode), (info.st_uid, info.st_gid)
    text = found.pop(OWN + "stat", None)
    if text is not None:
        lines = text.decode().split("\n")
        mode, owner = int(lines[2], 8), (int(lines[3]), int(lines[4]))
    for name, value in found.items():
        kept[name.removeprefix(KEPT)] = value.hex()
    # Of a link, neither is kept. A list has the last word on the mode.
    if stat.S_ISLNK(info.st_mode):
        mode, owner = 0o777, None
    acl = kept.get("system.posix_acl_access")
    if acl:
        mode = mode & ~0o070 | mask(bytes.fromhex(acl)) << 3
    return {
        "kind": stat.S_IFMT(info.st_mode),
        "mode": oct(mode),
        "owner": owner,
        # Entries that the archive does not list are of now.
        "time": "now" if info.st_mtime >= start else info.st_mtime_ns,
        "content": content(path, info),
        "holes": stat.S_ISREG(info.st_mode) and info.st_size - info.st_blocks * 512 > 1_000_000,
        "attributes": kept,
    }


def mask(acl):
    """The mask of a list, or what it allows the group."""
    entries = [acl[at : at + 8] for at in range(4, len(acl), 8)]
    found = {int.from_bytes(entry[:2], "little"): entry[2] for entry in entries}
    return found.get(0x10, found.get(4, 0))


def content(path, info):
    if stat.S_ISLNK(info.st_mode):
        return os.readlink(path)
    if stat.S_ISREG(info.st_mode):
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    return None


def picture(root, start):
    """All entries by path, and the sets of names of files that have several."""
    entries, files = {}, {}
    for folder, folders, names in os.walk(root):
        for name in folders + names:
            path = Path(folder, name)
            short = os.path.relpath(path, root)
            entries[short] = describe(path, start)
            info = path.lstat()
            if info.st_nlink > 1 and not stat.S_ISDIR(info.st_mode):
                files.setdefault(info.st_ino, []).append(short)
    return entries, sorted(sorted(names) for names in files.values())


def differences(ours, theirs):
    """Lines about what is not the same."""
    (entries, links), (expected, expected_links) = ours, theirs
    found = []
    for path in sorted(entries.keys() | expected.keys()):
        one, other = entries.get(path), expected.get(path)
        if one is None or other is None:
            found.append(f"{path!r}: {'missing' if one is None else 'only here'}")
            continue
        for what in one:
            # Zeros may become holes.
            same = one[what] or not other[what] if what == "holes" else one[what] == other[what]
            if not same:
                found.append(f"{path!r}: {what} {one[what]} and not {other[what]}")
    if links != expected_links:
        found.append(f"hard links {links} and not {expected_links}")
    return found


def extract(archive, into, *command):
    """Whether a program extracts an archive without a complaint."""
    into.mkdir()
    done = subprocess.run([*command, archive], cwd=into, capture_output=True, timeout=300)
    return done.returncode == 0


def judge(name, status, answer, stored, archive, work, start):
    """A line for the table, and differences that nothing explains."""
    message = answer.get("message", "") if status != 200 else "; ".join(answer.get("warnings", []))
    gnu, bsd = work / "gnu", work / "bsd"
    lists = ("--acls", "--xattrs", "--xattrs-include=*")
    gnu_takes = extract(archive, gnu, "tar", *lists, "-xpf")
    bsd_takes = bool(shutil.which("bsdtar")) and extract(archive, bsd, "bsdtar", "--acls", "--xattrs", "-xpf")
    takes = f"{'takes' if gnu_takes else 'refuses'} / {'takes' if bsd_takes else 'refuses'}"
    if name in REFUSED:
        right = status != 200 and REFUSED[name] in message
        return "refused", takes, message, [] if right else [f"{status} {message}"]
    if status != 200:
        return "refused", takes, message, [f"{status} {message}"]
    if name in AS_FILE:
        right = (stored / "archive").is_file() and AS_FILE[name] in message
        return "one file", takes, message, [] if right else ["not stored as one file with a warning"]
    ours = picture(stored, start)
    theirs = [picture(tree, start) for tree, takes in ((gnu, gnu_takes), (bsd, bsd_takes)) if takes]
    if not theirs:
        return "stored", takes, message, ["no other program takes it"]
    found = [differences(ours, tree) for tree in theirs]
    # What is as one of them has it is right.
    best = [] if [] in found else [line for line in found[0] if len(found) < 2 or line in found[1]]
    unexplained = [line for line in best if not explained(name, line)]
    return "stored" if not best else "differs", takes, message, unexplained


def explained(name, line):
    return any(which in name and text in line for which, text, _ in EXPLAINED)


def main():
    program = Path(sys.argv[1]).resolve()
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    home = Path(tempfile.mkdtemp(prefix="tars-"))
    os.umask(0o022)
    server = Server(program, home)
    trees = {}
    for kind, make in TREES.items():
        trees[kind] = home / "trees" / kind
        trees[kind].mkdir(parents=True)
        make(trees[kind])
    start = time.time()
    failed = 0
    print(f"{'archive':22} {'bchan':9} {'GNU tar / bsdtar':18} answer")
    try:
        for name, tree, needs, make in makers():
            if wanted not in name:
                continue
            if not shutil.which(needs):
                print(f"{name:22} skipped: there is no {needs}")
                continue
            work = Path(tempfile.mkdtemp(dir=home))
            archive = work / "archive"
            try:
                make(trees[tree], archive)
            except RuntimeError as error:
                print(f"{name:22} skipped: {error}")
                continue
            status, answer, stored = server.upload(archive)
            verdict, takes, message, wrong = judge(
                name, status, answer, stored, archive, work, start
            )
            print(f"{name:22} {verdict:9} {takes:18} {message[:200]}")
            for line in wrong[:10]:
                print(f"    {line[:300]}")
            failed += bool(wrong)
            shutil.rmtree(work)
    finally:
        server.stop()
    if failed:
        print(f"{failed} archives with differences that nothing explains; see {home}")
        return 1
    shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
