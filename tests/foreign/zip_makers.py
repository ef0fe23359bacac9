"""A tree, and zip archives of it, by all programs that are there."""

import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path


def run(*command, cwd, stdin=None, **options):
    """Runs a program that must succeed, and returns what it prints."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd, input=stdin, capture_output=True, timeout=120, **options,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')[-300:]}")
    return done.stdout


def write(path, content=b"", mode=0o644, mtime=1_600_000_001.75):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    os.utime(path, (mtime, mtime))


def make_tree(root):
    write(root / "plain", b"plain\n")
    write(root / "empty", mtime=1_000_000_000)
    write(root / "lines", b"one\ntwo\nthree\n" * 50)
    write(root / "dir/private", b"x" * 5000, 0o600)
    write(root / "dir/run", b"#!/bin/sh\n", 0o755)
    write(root / "dir/read only", b"read only", 0o444)
    write(root / "dir/closed", b"closed", 0o000)
    write(root / "dir/sub/large", b"".join(b"%d\n" % (n * n * 7919) for n in range(60_000)))
    write(root / "dir/sub/random", os.urandom(200_000), mtime=1_700_000_000)
    write(root / "ümläut-€", b"utf-8")
    os.symlink("../plain", root / "dir/link")
    os.utime(root / "dir/link", (1_400_000_000, 1_400_000_000), follow_symlinks=False)
    (root / "hollow").mkdir(mode=0o700)
    os.chown(root / "dir/private", 1234, 4321)
    for folder, folders, names in os.walk(root, topdown=False):
        os.utime(folder, (1_500_000_000, 1_500_000_000))


def info_zip(*options):
    """Info-ZIP, the program `zip`."""

    def make(tree, archive):
        run("zip", "-q", "-r", *options, archive, ".", cwd=tree)

    return make


def zip_stream(tree, archive):
    archive.write_bytes(run("zip", "-q", "-r", "-", ".", cwd=tree))


def zip_stdin(*options):
    def make(tree, archive):
        content = b"content\n" * 1000
        archive.write_bytes(run("zip", "-q", *options, "-", "-", cwd=tree, stdin=content))

    return make


def zip_comments(tree, archive):
    run("zip", "-q", "-r", "-y", archive, ".", cwd=tree)
    run("zip", "-q", "-z", archive, cwd=tree, stdin=b"a comment\n.\n")


def zip_fifo(tree, archive):
    os.mkfifo(tree / "pipe")
    writer = subprocess.Popen(["sh", "-c", "echo content > pipe"], cwd=tree)
    run("zip", "-q", "-FI", archive, "pipe", "plain", cwd=tree)
    writer.wait(10)


def zip_split(tree, archive, last=True):
    run("zip", "-q", "-r", "-y", "-s", "64k", archive, ".", cwd=tree)
    if not last:
        archive.with_suffix(".z01").rename(archive)


def zip_updated(tree, archive):
    """With entries that were replaced and deleted later."""
    run("zip", "-q", "-r", "-y", archive, ".", cwd=tree)
    write(tree / "plain", b"newer\n")
    run("zip", "-q", archive, "plain", cwd=tree)
    run("zip", "-q", "-d", archive, "lines", cwd=tree)


def sfx(adjusted):
    def make(tree, archive):
        plain = archive.with_name("plain.zip")
        run("zip", "-q", "-r", "-y", plain, ".", cwd=tree)
        stub = Path(shutil.which("unzipsfx") or "/usr/bin/unzipsfx").read_bytes()
        archive.write_bytes(stub + plain.read_bytes())
        if adjusted:
            run("zip", "-q", "-A", archive, cwd=tree)

    return make


def seven_zip(*options):
    def make(tree, archive):
        run("7z", "a", "-tzip", "-r", "-snl", *options, archive, ".", cwd=tree)

    return make


def seven_split(tree, archive):
    run("7z", "a", "-tzip", "-r", "-v100k", archive, ".", cwd=tree)
    archive.with_name(archive.name + ".001").rename(archive)


def bsdtar(*options):
    def make(tree, archive):
        run("bsdtar", "--format", "zip", *options, "-cf", archive, ".", cwd=tree)

    return make


def bsdtar_stream(tree, archive):
    archive.write_bytes(run("bsdtar", "--format", "zip", "-cf", "-", ".", cwd=tree))


def files_of(tree):
    for folder, folders, names in os.walk(tree):
        for name in sorted(folders + names):
            path = Path(folder, name)
            if not path.is_symlink():
                yield path, str(path.relative_to(tree))


def python(method, **options):
    def make(tree, archive):
        with zipfile.ZipFile(archive, "w", method, **options) as made:
            for path, name in files_of(tree):
                made.write(path, name)

    return make


class Unseekable(io.RawIOBase):
    def __init__(self, file):
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


def python_stream(tree, archive):
    with open(archive, "wb") as file, zipfile.ZipFile(Unseekable(file), "w", zipfile.ZIP_DEFLATED) as made:
        for path, name in files_of(tree):
            made.write(path, name)


def python_texts(tree, archive):
    """Entries that no file is behind."""
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("text", "text")
        made.writestr("folder/", "")
        made.writestr(zipfile.ZipInfo("without attributes", (2020, 7, 1, 12, 0, 0)), "x")
        made.comment = b"comment"


def python_empty(tree, archive):
    zipfile.ZipFile(archive, "w").close()


def python_many(tree, archive):
    """More entries than 16 bits can count."""
    with zipfile.ZipFile(archive, "w") as made:
        for number in range(66_000):
            made.writestr(f"{number // 1000}/{number}", b"")


def python_zip64(tree, archive):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for path, name in files_of(tree):
            if path.is_file():
                with made.open(zipfile.ZipInfo.from_file(path, name), "w", force_zip64=True) as out:
                    out.write(path.read_bytes())


def windows(tree, archive):
    """What programs on Windows write: no modes, `\\` between folders, names in code page 437."""
    with zipfile.ZipFile(archive, "w") as made:
        for name, attributes in (("a_b_c", 0x20), ("a_read", 0x21), ("a_d_", 0x10), ("M_ller", 0x20)):
            entry = zipfile.ZipInfo(name, (2020, 7, 1, 12, 0, 0))
            entry.create_system, entry.external_attr = 0, attributes
            made.writestr(entry, b"" if attributes == 0x10 else b"x")
    replaced = {b"a_b_c": b"a\\b\\c", b"a_read": b"a\\read", b"a_d_": b"a\\d\\", b"M_ller": b"M\x81ller"}
    data = archive.read_bytes()
    for old, new in replaced.items():
        data = data.replace(old, new)
    archive.write_bytes(data)


def git(tree, archive):
    run("git", "init", "-q", ".", cwd=tree)
    run("git", "add", "-A", cwd=tree)
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    run("git", *identity, "commit", "-q", "-m", "x", cwd=tree)
    run("git", "archive", "--format=zip", "-o", archive, "HEAD", cwd=tree)


PERL = """
use Archive::Zip qw(:ERROR_CODES);
my $zip = Archive::Zip->new();
$zip->addTree('.', '');
die unless $zip->writeToFileNamed($ARGV[0]) == AZ_OK;
"""

RUBY = """
require 'zip'
Zip::File.open(ARGV[0], Zip::File::CREATE) do |zip|
  Dir.glob('**/*').each { |name| zip.add(name, name) unless File.symlink?(name) }
end
"""

RUBY_STREAM = """
require 'zip'
out = Zip::OutputStream.write_buffer do |zip|
  Dir.glob('**/*').each do |name|
    next unless File.file?(name)
    zip.put_next_entry(name)
    zip.write(File.binread(name))
  end
end
File.binwrite(ARGV[0], out.string)
"""

PHP = r"""
$zip = new ZipArchive();
$zip->open($argv[1], ZipArchive::CREATE) or exit(1);
$all = new RecursiveIteratorIterator(new RecursiveDirectoryIterator('.', FilesystemIterator::SKIP_DOTS));
foreach ($all as $file) {
    if (!is_link($file)) { $zip->addFile($file, substr($file, 2)); METHOD }
}
$zip->addEmptyDir('hollow');
$zip->close() or exit(1);
"""

NODE_HEAD = """
const fs = require('fs'), path = require('path');
const all = (folder) => fs.readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
  const name = path.posix.join(folder, entry.name);
  if (entry.isDirectory()) return all(name);
  return entry.isFile() ? [name] : [];
});
"""

JSZIP = NODE_HEAD + """
const zip = new (require('jszip'))();
for (const name of all('.')) {
  const stat = fs.statSync(name);
  zip.file(name, fs.readFileSync(name), {date: stat.mtime, unixPermissions: stat.mode});
}
zip.folder('hollow');
zip.generateAsync({type: 'nodebuffer', platform: 'PLATFORM', compression: 'DEFLATE', streamFiles: STREAM})
  .then((data) => fs.writeFileSync(process.argv[1], data));
"""

YAZL = NODE_HEAD + """
const zip = new (require('yazl').ZipFile)();
for (const name of all('.')) zip.addFile(name, name, {forceZip64Format: ZIP64});
zip.addReadStream(fs.createReadStream('plain'), 'stream');
zip.addEmptyDirectory('hollow');
zip.outputStream.pipe(fs.createWriteStream(process.argv[1]));
zip.end();
"""

ARCHIVER = NODE_HEAD + """
const archiver = require('archiver');
const zip = archiver.create ? archiver('zip') : new archiver.ZipArchive();
zip.pipe(fs.createWriteStream(process.argv[1]));
zip.directory('.', false);
zip.symlink('new link', 'plain');
zip.finalize();
"""


def script(*interpreter):
    def make(tree, archive):
        run(*interpreter, archive, cwd=tree)

    return make


def node(text, **values):
    for name, value in values.items():
        text = text.replace(name.upper(), value)
    return script("node", "-e", text)


def jar(*options):
    def make(tree, archive):
        run("jar", *options, archive, ".", cwd=tree)

    return make


def advzip(tree, archive):
    run("zip", "-q", "-r", "-y", archive.with_name("a.zip"), ".", cwd=tree)
    archive.with_name("a.zip").rename(archive)
    run("advzip", "-q", "-z", "-4", archive, cwd=tree)


def makers():
    """Name, program that is needed, and function that makes an archive of a tree."""
    yield "zip", "zip", info_zip()
    for option in ("-X", "-D", "-fz", "-0", "-9", "-l", "-ll", "-k", "-o"):
        yield f"zip {option}", "zip", info_zip("-y", option)
    yield "zip -Z bzip2", "zip", info_zip("-y", "-Z", "bzip2")
    # A link cannot be stored with its size after it.
    yield "zip -fd", "zip", info_zip("-fd")
    yield "zip -fd -fz", "zip", info_zip("-fd", "-fz")
    yield "zip -UN=UTF8", "zip", info_zip("-y", "-UN=UTF8")
    yield "zip -UN=Escape", "zip", info_zip("-y", "-UN=Escape")
    yield "zip -P", "zip", info_zip("-y", "-P", "secret")
    yield "zip to a pipe", "zip", zip_stream
    yield "zip from a pipe", "zip", zip_stdin()
    yield "zip from a pipe -fz-", "zip", zip_stdin("-fz-")
    yield "zip -z", "zip", zip_comments
    yield "zip -FI", "zip", zip_fifo
    yield "zip updated", "zip", zip_updated
    yield "zip -s, last part", "zip", zip_split
    yield "zip -s, first part", "zip", lambda tree, archive: zip_split(tree, archive, last=False)
    yield "zip -s, one part", "zip", info_zip("-y", "-s", "1g")
    yield "unzipsfx", "unzipsfx", sfx(adjusted=False)
    yield "unzipsfx, adjusted", "unzipsfx", sfx(adjusted=True)
    yield "7z", "7z", seven_zip()
    for method in ("Copy", "Deflate64", "BZip2", "LZMA", "PPMd", "xz", "zstd"):
        yield f"7z {method}", "7z", seven_zip(f"-mm={method}")
    for option in ("-mcu=on", "-mcl=on", "-mtc=on", "-mtm=off", "-mx=9", "-spf"):
        yield f"7z {option}", "7z", seven_zip(option)
    yield "7z ZipCrypto", "7z", seven_zip("-psecret", "-mem=ZipCrypto")
    yield "7z AES", "7z", seven_zip("-psecret", "-mem=AES256")
    yield "7z -v, first part", "7z", seven_split
    yield "bsdtar", "bsdtar", bsdtar()
    yield "bsdtar to a pipe", "bsdtar", bsdtar_stream
    for options in ("zip:compression=store", "zip:zip64", "zip:!zip64", "zip:experimental"):
        yield f"bsdtar {options}", "bsdtar", bsdtar("--options", options)
    for encryption in ("zipcrypt", "aes256"):
        options = f"zip:encryption={encryption}"
        yield f"bsdtar {encryption}", "bsdtar", bsdtar("--options", options, "--passphrase", "x")
    yield "python stored", "python3", python(zipfile.ZIP_STORED)
    yield "python deflate", "python3", python(zipfile.ZIP_DEFLATED)
    yield "python bzip2", "python3", python(zipfile.ZIP_BZIP2)
    yield "python lzma", "python3", python(zipfile.ZIP_LZMA)
    if hasattr(zipfile, "ZIP_ZSTANDARD"):
        yield "python zstd", "python3", python(zipfile.ZIP_ZSTANDARD)
    yield "python to a pipe", "python3", python_stream
    yield "python writestr", "python3", python_texts
    yield "python empty", "python3", python_empty
    yield "python 66000", "python3", python_many
    yield "python zip64", "python3", python_zip64
    yield "windows", "python3", windows
    yield "git", "git", git
    yield "perl Archive::Zip", "perl", script("perl", "-e", PERL)
    yield "ruby", "ruby", script("ruby", "-e", RUBY)
    yield "ruby stream", "ruby", script("ruby", "-e", RUBY_STREAM)
    yield "php", "php", script("php", "-r", PHP.replace("METHOD", ""), "--")
    for method in ("STORE", "BZIP2", "XZ", "ZSTD"):
        call = f"$zip->setCompressionName(substr($file, 2), ZipArchive::CM_{method});"
        yield f"php {method}", "php", script("php", "-r", PHP.replace("METHOD", call), "--")
    for platform in ("DOS", "UNIX"):
        for stream in ("false", "true"):
            name = f"jszip {platform}" + (" stream" if stream == "true" else "")
            yield name, "node", node(JSZIP, platform=platform, stream=stream)
    yield "yazl", "node", node(YAZL, zip64="false")
    yield "yazl zip64", "node", node(YAZL, zip64="true")
    yield "archiver", "node", node(ARCHIVER)
    yield "jar", "jar", jar("cfM")
    yield "jar stored", "jar", jar("cf0")
    yield "fastjar", "fastjar", script("sh", "-c", 'exec fastjar cfM "$0" *')
    yield "advzip", "advzip", advzip
