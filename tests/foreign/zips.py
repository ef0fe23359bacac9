#!/usr/bin/env python3
"""Zip archives of many programs, uploaded to a server, and compared with what unzip, bsdtar and 7-Zip
extract.

    tests/foreign/zips.py BCHAN [PART OF A NAME]

BCHAN is the program. Needs root, for owners, and of the programs that make archives whatever is there:
zip, 7z, bsdtar, git, perl (Archive::Zip), ruby (zip), php (zip), node (jszip, yazl, archiver, found by
NODE_PATH), jar, fastjar and advzip. Prints a table, and ends with 1 if something is neither the same
nor explained.
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
from zip_makers import make_tree, makers

# Why something is refused, by name: the answer has this text.
REFUSED = {
    "zip -P": "encrypted data",
    "7z ZipCrypto": "encrypted data",
    "7z AES": "encrypted data",
    "bsdtar zipcrypt": "encrypted data",
    "bsdtar aes256": "encrypted data",
    "7z PPMd": "method 98 (PPMd)",
    "zip -s, first part": "several parts",
    "7z -v, first part": "no end",
    # Its end lacks the place of the directory, and no program takes it.
    "zip -fd -fz": "not where it should be",
}
# What begins like a program, or in the middle of data, is a file like others.
AS_FILE = {"unzipsfx", "unzipsfx, adjusted", "zip -s, last part"}

# Differences from what all other programs extract that are known, and why: a name of an archive, a text
# in the difference, the reason.
EXPLAINED = [
    ("windows", "M\udc81ller", "bytes that are no UTF-8 are code page 437, as for Python"),
    ("windows", "Müller", "the same"),
]

OWN = "user.bchan.stat"
EXTRACT = {
    "unzip": ("unzip", "-q", "-o", "-X"),
    "bsdtar": ("bsdtar", "-xpf"),
    "7z": ("7z", "x", "-y", "-snld"),
}


def describe(path, start):
    """What is to be the same about an entry."""
    info = path.lstat()
    mode, owner = stat.S_IMODE(info.st_mode), (info.st_uid, info.st_gid)
    if OWN in os.listxattr(path, follow_symlinks=False):
        lines = os.getxattr(path, OWN, follow_symlinks=False).decode().split("\n")
        mode, owner = int(lines[2], 8), (int(lines[3]), int(lines[4]))
    is_link = stat.S_ISLNK(info.st_mode)
    if is_link:
        content = os.readlink(path)
    elif stat.S_ISREG(info.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    else:
        content = None
    return {
        "kind": stat.S_IFMT(info.st_mode),
        "mode": None if is_link else oct(mode),
        "owner": None if is_link else owner,
        # Entries that the archive does not list are of now. Not every program sets fractions.
        "time": "now" if info.st_mtime >= start else int(info.st_mtime),
        "content": content,
    }


def picture(root, start):
    found = {}
    for folder, folders, names in os.walk(root):
        for name in folders + names:
            path = Path(folder, name)
            found[os.path.relpath(path, root)] = describe(path, start)
    return found


def differences(ours, theirs):
    """Lines about what no other program has."""
    found = []
    for path in sorted(set(ours).union(*theirs.values())):
        one = ours.get(path)
        others = {name: tree[path] for name, tree in theirs.items() if path in tree}
        if one is None and len(others) == len(theirs):
            found.append(f"{path!r}: missing")
        elif one is not None and not others:
            found.append(f"{path!r}: only here")
        for what in one or {}:
            values = {name: other[what] for name, other in others.items()}
            if values and one[what] not in values.values():
                found.append(f"{path!r}: {what} {one[what]} and not {values}")
    return found


def extract(archive, work):
    """The folders that other programs extract without a complaint, by program."""
    found = {}
    for name, command in EXTRACT.items():
        into = work / name
        into.mkdir()
        done = subprocess.run(
            [*command, archive], cwd=into, capture_output=True, stdin=subprocess.DEVNULL, timeout=300
        )
        # unzip has 1 for a warning, such as of `\\` in names.
        if done.returncode == 0 or (name == "unzip" and done.returncode == 1):
            found[name] = into
    return found


def judge(name, status, answer, stored, trees, start):
    """What has become of an archive, the message, and differences that nothing explains."""
    message = answer.get("message", "") if status != 200 else "; ".join(answer.get("warnings", []))
    if status != 200:
        right = name in REFUSED and REFUSED[name] in message
        return "refused", message, [] if right else [f"{status} {message}"]
    if name in REFUSED:
        return "stored", message, ["it should be refused"]
    if name in AS_FILE:
        right = [entry.name for entry in stored.iterdir()] == ["archive"]
        return "one file", message, [] if right else ["it should be stored as one file"]
    if not trees:
        return "stored", message, ["no other program takes it"]
    theirs = {program: picture(tree, start) for program, tree in trees.items()}
    found = differences(picture(stored, start), theirs)
    unexplained = [line for line in found if not explained(name, line)]
    return "differs" if found else "stored", message, unexplained


def explained(name, line):
    return any(which in name and text in line for which, text, _ in EXPLAINED)


def attempt(server, tree, name, make, home, start):
    """A row of the table, and differences that nothing explains."""
    work = Path(tempfile.mkdtemp(dir=home))
    shutil.copytree(tree, work / "tree", symlinks=True)
    restore_owners(tree, work / "tree")
    archive = work / "archive.zip"
    try:
        make(work / "tree", archive)
    except (RuntimeError, AttributeError) as error:
        shutil.rmtree(work)
        return f"skipped: {' '.join(str(error).split())[:200]}", []
    status, answer, stored = server.upload(archive)
    trees = extract(archive, work)
    verdict, message, wrong = judge(name, status, answer, stored, trees, start)
    if not wrong:
        shutil.rmtree(work)
    return f"{verdict:9} {' '.join(trees) or '-':18} {message[:200]}", wrong


def restore_owners(tree, copy):
    """Copying does not keep them."""
    for folder, folders, names in os.walk(tree):
        for name in folders + names:
            path = Path(folder, name)
            info = path.lstat()
            os.chown(copy / path.relative_to(tree), info.st_uid, info.st_gid, follow_symlinks=False)


def main():
    program = Path(sys.argv[1]).resolve()
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    home = Path(tempfile.mkdtemp(prefix="zips-"))
    os.umask(0o022)
    # Another zone than UTC, which DOS times are taken in, and names in UTF-8.
    os.environ.update(TZ="Europe/Berlin", LC_ALL="C.UTF-8")
    time.tzset()
    server = Server(program, home)
    tree = home / "tree"
    make_tree(tree)
    start, failed = time.time(), 0
    print(f"{'archive':22} {'bchan':9} {'others that take it':18} answer")
    try:
        for name, needs, make in makers():
            if wanted not in name:
                continue
            if shutil.which(needs):
                row, wrong = attempt(server, tree, name, make, home, start)
            else:
                row, wrong = f"skipped: there is no {needs}", []
            print(f"{name:22} {row}")
            for line in wrong[:10]:
                print(f"    {line[:300]}")
            failed += bool(wrong)
    finally:
        server.stop()
    if failed:
        print(f"{failed} archives with differences that nothing explains; see {home}")
        return 1
    shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
