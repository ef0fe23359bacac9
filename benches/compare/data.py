"""Trees to back up: found on the machine, or made."""

import os
import random
import shutil
import subprocess

MILLION = 1_000_000
GIB = 1 << 30


def small(work):
    """Many small files."""
    return "/usr/share"


def source(work):
    """The sources of this project's dependencies, as cargo keeps them."""
    home = os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo"))
    return os.path.join(home, "registry", "src")


def tar(work):
    """One large file that compresses well."""
    folder = os.path.join(work, "tar")
    if not os.path.exists(folder):
        os.makedirs(folder)
        path = source(work)
        out = os.path.join(folder, "source.tar")
        subprocess.run(["tar", "cf", out, "-C", os.path.dirname(path), "src"], check=True)
    return folder


def large(work):
    """One large file that does not compress."""
    folder = os.path.join(work, "random")
    if not os.path.exists(folder):
        os.makedirs(folder)
        noise = random.Random(1)
        with open(os.path.join(folder, "random.bin"), "wb") as file:
            for _ in range(4 * GIB // (1 << 24)):
                file.write(noise.randbytes(1 << 24))
    return folder


def million(work):
    """A million files of a few bytes, in a thousand folders."""
    folder = os.path.join(work, "million")
    if not os.path.exists(folder):
        for outer in range(1000):
            inner = os.path.join(folder, f"{outer // 32:02}", f"{outer:03}")
            os.makedirs(inner)
            for number in range(MILLION // 1000):
                with open(os.path.join(inner, f"file-{number:04}.txt"), "wb", 0) as file:
                    file.write(b"%d.%d\n" % (outer, number) * (1 + number % 16))
    return folder


SETS = {"small": small, "source": source, "tar": tar, "random": large, "million": million}


def size(path):
    """Files and bytes of a tree, for the record."""
    files = total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            files += 1
            total += os.lstat(os.path.join(folder, name)).st_size
    return files, total


def remove(path):
    shutil.rmtree(path, ignore_errors=True)
