"""Trees, and tar archives of them, by all programs that are there."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

# A list with the user 1234, who may write, where the group may do nothing.
ACL = bytes.fromhex(
    "02000000 01000600ffffffff 02000600d2040000 04000000ffffffff 10000600ffffffff 20000400ffffffff"
)


def run(*command, cwd, stdin=None):
    """Runs a program that must succeed."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, stdin=stdin, capture_output=True, timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')[-300:]}")
    return done.stdout


def write(path, content=b"", mode=0o644, mtime=1_600_000_000.25):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    os.utime(path, (mtime, mtime))


def plain_tree(root):
    """What every format can hold."""
    write(root / "plain", b"plain\n")
    write(root / "empty", mtime=1)
    write(root / "dir/private", b"x" * 5000, 0o600)
    write(root / "dir/run", b"#!/bin/sh\n", 0o755)
    write(root / "dir/sub/large", os.urandom(300_000))
    os.symlink("../plain", root / "dir/link")
    os.symlink("nowhere", root / "dangling")
    (root / "hollow").mkdir(mode=0o700)
    folders(root)


def odd_tree(root):
    """What some formats cannot hold."""
    plain_tree(root)
    os.link(root / "plain", root / "second")
    write(root / "ümläut-€", b"utf-8")
    write(root / os.fsdecode(b"latin-\xe4"), b"latin 1")
    write(root / "new\nline", b"newline")
    write(root / "back\\slash", b"backslash")
    write(root / ("n" * 180), b"name of 180 bytes")
    write(root / "/".join(["d" * 60] * 6) / "deep", b"path of 360 bytes")
    os.symlink("t" * 200, root / "target of 200 bytes")
    write(root / "before 1970", b"old", mtime=-1000)
    write(root / "setid", b"set", 0o6755)
    folders(root)


def special_tree(root):
    """Holes, attributes and lists as well."""
    odd_tree(root)
    with open(root / "holes", "wb") as file:
        file.seek(2_000_000)
        file.write(b"data")
        file.seek(4_000_000)
        file.write(b"more")
        file.truncate(9_000_000)
    os.utime(root / "holes", (5, 5))
    os.setxattr(root / "plain", "user.note", b"binary \0\n=\xff")
    os.setxattr(root / "dir", "user.odd=%name", b"x")
    for path in ("dir/private", "dir/sub"):
        os.setxattr(root / path, "system.posix_acl_access", ACL)
    os.setxattr(root / "dir", "system.posix_acl_default", ACL)
    folders(root)


def folders(root):
    """Gives folders times that are not now, those below first."""
    for folder, _, _ in os.walk(root, topdown=False):
        os.utime(folder, (1_500_000_000, 1_500_000_000))


def utf_8_tree(root):
    """The same without a name that is not UTF-8."""
    odd_tree(root)
    (root / os.fsdecode(b"latin-\xe4")).unlink()
    folders(root)


TREES = {"plain": plain_tree, "odd": odd_tree, "utf-8": utf_8_tree, "special": special_tree}


def gnu(*options):
    return lambda tree, out: run("tar", *options, "-cf", out, ".", cwd=tree)


def gnu_twice(tree, out):
    run("tar", "-cf", out, "plain", "plain", "dir", "dir/run", cwd=tree)


def gnu_incremental(*options):
    def make(tree, out):
        run("tar", "-g", out.with_suffix(".snap"), *options, "-cf", out, ".", cwd=tree)

    return make


def gnu_volume(number):
    """One volume of an archive that is too large for it."""

    def make(tree, out):
        first = out.with_suffix(".1")
        second = out.with_suffix(".2")
        run("tar", "-M", "-L", "200", "-f", first, "-f", second, "-c", ".", cwd=tree)
        shutil.copy((first, second)[number], out)

    return make


def bsdtar(*options):
    return lambda tree, out: run("bsdtar", *options, "-cf", out, ".", cwd=tree)


def busybox(tree, out):
    run("busybox", "tar", "-cf", out, ".", cwd=tree)


def pax(kind):
    return lambda tree, out: run("pax", "-w", "-x", kind, "-f", out, ".", cwd=tree)


def cpio(kind):
    def make(tree, out):
        names = out.with_suffix(".names")
        names.write_bytes(run("find", ".", "-print0", cwd=tree))
        with open(names, "rb") as stdin:
            run("cpio", "-0", "-o", "-H", kind, "-O", out, cwd=tree, stdin=stdin)

    return make


def python(kind, **more):
    def make(tree, out):
        with tarfile.open(out, "w", format=kind, **more) as archive:
            archive.add(tree, ".")

    return make


def perl(tree, out):
    names = run("find", ".", "-mindepth", "1", "-print0", cwd=tree).split(b"\0")[:-1]
    program = "use Archive::Tar; my $t = Archive::Tar->new; $t->add_files(@ARGV[1..$#ARGV]); $t->write($ARGV[0])"
    run("perl", "-e", program, out, *map(os.fsdecode, names), cwd=tree)


def seven(tree, out):
    run("7z", "a", "-ttar", "-snl", "-snh", out.with_suffix(".tar"), ".", cwd=tree)
    out.with_suffix(".tar").rename(out)


def git(tree, out):
    repository = out.with_suffix(".git")
    base = ("git", "--git-dir", repository, "--work-tree", tree, "-c", "user.name=x", "-c", "user.email=x@x")
    run("git", "init", "-q", "--bare", repository, cwd=tree)
    run(*base, "add", "-A", cwd=tree)
    run(*base, "commit", "-q", "-m", "x", cwd=tree)
    run("git", "--git-dir", repository, "archive", "-o", out, "HEAD", cwd=tree)


def dpkg_deb(tree, out):
    package = out.with_suffix(".package")
    shutil.copytree(tree, package, symlinks=True)
    (package / "DEBIAN").mkdir()
    control = "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n"
    (package / "DEBIAN/control").write_text(control)
    run("dpkg-deb", "-b", package, out.with_suffix(".deb"), cwd=tree)
    out.write_bytes(run("dpkg-deb", "--fsys-tarfile", out.with_suffix(".deb"), cwd=tree))


def node(portable):
    def make(tree, out):
        modules = Path(run("npm", "root", "-g", cwd=tree).decode().strip()) / "npm/node_modules/tar"
        program = f"require({str(modules)!r}).c({{file: process.argv[1], sync: true, portable: {portable}}}, ['.'])"
        run("node", "-e", program, out, cwd=tree)

    return make


def empty(program):
    def make(tree, out):
        run(program, "-cf", out, "-T", "/dev/null", cwd=tree)

    return make


def padded(make, more):
    """An archive under gzip, and something behind that."""

    def padded_make(tree, out):
        make(tree, out.with_suffix(".plain"))
        out.write_bytes(run("gzip", "-c", out.with_suffix(".plain"), cwd=tree) + more)

    return padded_make


def compressed(*command):
    """An archive under a compressor that writes to its standard output."""

    def make(tree, out):
        plain = out.with_suffix(".plain")
        run("tar", "-cf", plain, ".", cwd=tree)
        with open(plain, "rb") as stdin:
            out.write_bytes(run(*command, cwd=tree, stdin=stdin))

    return make


def makers():
    """Names, trees, programs that must be there, and functions that make an archive."""
    found = []

    def add(name, tree, program, make):
        found.append((name, tree, program, make))

    for kind, tree in (("v7", "plain"), ("ustar", "plain"), ("oldgnu", "odd"), ("gnu", "odd"), ("posix", "odd")):
        add(f"gnu {kind}", tree, "tar", gnu(f"--format={kind}"))
    for kind in ("oldgnu", "gnu", "posix"):
        add(f"gnu {kind} -S", "special", "tar", gnu(f"--format={kind}", "-S"))
        add(f"gnu {kind} -g", "odd", "tar", gnu_incremental(f"--format={kind}"))
        add(f"gnu {kind} -V", "odd", "tar", gnu(f"--format={kind}", "-V", "label"))
    for version in ("0.0", "0.1", "1.0"):
        add(f"gnu sparse {version}", "special", "tar", gnu("--format=posix", "-S", f"--sparse-version={version}"))
    add("gnu acls", "special", "tar", gnu("--format=posix", "--acls"))
    add("gnu xattrs", "special", "tar", gnu("--format=posix", "--xattrs", "--xattrs-include=*"))
    add("gnu acls xattrs", "special", "tar", gnu("--format=posix", "--acls", "--xattrs", "--xattrs-include=*"))
    add("gnu selinux", "odd", "tar", gnu("--format=posix", "--selinux"))
    add("gnu hard-dereference", "odd", "tar", gnu("--hard-dereference"))
    add("gnu -h", "plain", "tar", gnu("-h", "--exclude=dangling"))
    add("gnu twice", "plain", "tar", gnu_twice)
    add("gnu -b 1", "odd", "tar", gnu("-b", "1"))
    add("gnu numeric", "odd", "tar", gnu("--numeric-owner", "--owner=3000000", "--group=3000000"))
    add("gnu volume 1", "plain", "tar", gnu_volume(0))
    add("gnu volume 2", "plain", "tar", gnu_volume(1))
    add("gnu empty", "plain", "tar", empty("tar"))
    add("gzip and zeros", "plain", "gzip", padded(gnu(), bytes(10_000)))
    add("gzip and garbage", "plain", "gzip", padded(gnu(), b"garbage"))
    for kind, tree in (("v7", "plain"), ("ustar", "plain"), ("gnutar", "odd"), ("pax", "special"), ("rpax", "special")):
        add(f"bsdtar {kind}", tree, "bsdtar", bsdtar(f"--format={kind}"))
    add("bsdtar acls xattrs", "special", "bsdtar", bsdtar("--format=pax", "--acls", "--xattrs", "--fflags"))
    add("bsdtar empty", "plain", "bsdtar", empty("bsdtar"))
    add("bsdtar cpio", "plain", "bsdtar", bsdtar("--format=newc"))
    add("bsdtar 7zip", "plain", "bsdtar", bsdtar("--format=7zip"))
    add("busybox", "odd", "busybox", busybox)
    add("pax ustar", "plain", "pax", pax("ustar"))
    add("pax tar", "plain", "pax", pax("tar"))
    add("cpio ustar", "plain", "cpio", cpio("ustar"))
    add("cpio tar", "plain", "cpio", cpio("tar"))
    add("star exustar", "special", "star", lambda tree, out: run("star", "-c", "-acl", "-xattr", "artype=exustar", f"f={out}", ".", cwd=tree))
    add("python ustar", "plain", "python3", python(tarfile.USTAR_FORMAT))
    add("python gnu", "odd", "python3", python(tarfile.GNU_FORMAT))
    add("python pax", "odd", "python3", python(tarfile.PAX_FORMAT))
    add("python pax float", "odd", "python3", python(tarfile.PAX_FORMAT, pax_headers={"comment": "x", "mtime": "1e-07"}))
    add("perl", "plain", "perl", perl)
    add("7z", "plain", "7z", seven)
    add("git archive", "odd", "git", git)
    add("dpkg-deb", "plain", "dpkg-deb", dpkg_deb)
    add("node", "utf-8", "npm", node("false"))
    add("node portable", "utf-8", "npm", node("true"))
    for name, *command in (
        ("gzip", "gzip", "-c"),
        ("pigz", "pigz", "-c"),
        ("bzip2", "bzip2", "-c"),
        ("lbzip2", "lbzip2", "-c"),
        ("xz", "xz", "-c"),
        ("xz -9", "xz", "-9c"),
        ("xz large", "xz", "-c", "--lzma2=preset=6,dict=1536MiB"),
        ("pixz", "pixz"),
        ("lzma", "xz", "-c", "--format=lzma"),
        ("lzip", "lzip", "-c"),
        ("zstd", "zstd", "-c"),
        ("zstd long", "zstd", "-c", "--long=27"),
        ("zstd too long", "zstd", "-c", "--ultra", "-22", "--long=31"),
        ("pzstd", "pzstd", "-c"),
        ("compress", "compress", "-cf"),
    ):
        add(name, "plain", command[0], compressed(*command))
    return found
