"""What is compared: how each program backs a tree up, and gets it back."""

import glob
import os
import shutil
import subprocess

from measure import pipeline, together

LEVEL = "3"


class Program:
    """One that can be left out, and says what it lacks."""

    name = ""

    def __init__(self, world):
        self.world = world

    def missing(self):
        return None

    def path(self, *names):
        return os.path.join(self.world.store, self.name, *names)

    def empty(self):
        shutil.rmtree(self.path(), ignore_errors=True)
        os.makedirs(self.path())

    def prepare(self, tree):
        """What comes before a backup and is not measured."""

    def backup(self, tree):
        raise NotImplementedError

    def again(self, tree):
        """A second backup of the same, where that is another thing."""
        return None

    def restore(self, tree):
        return None

    def clean(self):
        shutil.rmtree(self.path(), ignore_errors=True)


class Reference(Program):
    """What the machine's own tools need for the same bytes: no network, no hash, no database."""

    name = "tar | zstd | zstd -d | tar"

    def prepare(self, tree):
        self.empty()
        os.makedirs(self.path("out"))

    def backup(self, tree):
        return pipeline(
            ["tar", "c", "-C", os.path.dirname(tree), os.path.basename(tree)],
            ["zstd", f"-{LEVEL}", "-T0"],
            ["zstd", "-d"],
            ["tar", "x", "-C", self.path("out")],
        )

    def prepare_restore(self, tree):
        self.empty()
        os.makedirs(self.path("out"))
        pack = f'tar c -C "$0" "$1" | zstd -{LEVEL} -T0 -q -o "$2"'
        archive = self.path("archive.tar.zst")
        names = [os.path.dirname(tree), os.path.basename(tree), archive]
        subprocess.run(["sh", "-c", pack, *names], check=True)

    def restore(self, tree):
        self.prepare_restore(tree)
        unpack = ["tar", "x", "-C", self.path("out")]
        return pipeline(["zstd", "-d", "-q", "-c", self.path("archive.tar.zst")], unpack)


class Copy(Program):
    """`cp` and `sync`."""

    name = "cp; sync"

    def prepare(self, tree):
        self.empty()

    def backup(self, tree):
        copied = pipeline(["cp", "-a", tree, self.path("out")])
        return together(copied, pipeline(["sync", self.path("out")], ["sync"]))


class Bchan(Program):
    """A client, with the server that it sends to."""

    name = "bchan"
    kind = "multi"
    target = "tree"

    @property
    def bchan(self):
        return self.world.bchan

    @property
    def house(self):
        return self.world.server_of(self.bchan)

    def prepare(self, tree):
        self.house.new_target(self.target, self.kind)

    def command(self, *arguments):
        command = [self.bchan, "--quiet", *arguments]
        env = self.house.env
        return self.house.measured(lambda: pipeline(command, env=env))

    def source(self, tree):
        return tree

    def backup(self, tree):
        return self.command("backup", "upload", self.target, self.source(tree))

    def restore(self, tree):
        self.empty()
        into = self.path("out")
        return self.command("backup", "download", self.target, "--extract", into)

    def clean(self):
        super().clean()
        self.house.delete_target(self.target)


class BchanFile(Bchan):
    """One file, sent as it is."""

    name = "bchan, one file as it is"
    kind = "single"
    target = "file"

    def source(self, tree):
        return glob.glob(os.path.join(tree, "*"))[0]

    def restore(self, tree):
        self.empty()
        return self.command("backup", "download", self.target, "--directory", self.path())


class Other(Bchan):
    """Another build of it, such as one of before a change."""

    name = "bchan, the other"

    @property
    def bchan(self):
        return self.world.other


class OtherFile(BchanFile, Other):
    """The same with one file."""

    name = "bchan, the other, one file as it is"


class Python(Program):
    """The published command line in Python, sending to the same server; its part alone."""

    name = "backupchan (Python)"
    target = "python"

    @property
    def house(self):
        return self.world.house

    def missing(self):
        return None if os.path.exists(self.world.python) else "it is not installed"

    def prepare(self, tree):
        self.house.new_target(self.target)
        host, port = self.house.url.removeprefix("http://").rsplit(":", 1)
        config = ["config", "new", "--host", host, "--port", port]
        config += ["--api-key", self.house.key]
        env = self.house.env
        subprocess.run([self.world.python, *config], env=env, check=True, capture_output=True)

    def backup(self, tree):
        command = [self.world.python, "backup", "upload", self.target, tree]
        return pipeline(command, env=self.house.env)

    def clean(self):
        self.house.delete_target(self.target)


class Restic(Program):
    """A new repository on this machine; it compresses as bchan does, and encrypts."""

    name = "restic"

    def missing(self):
        return None if shutil.which("restic") else "it is not installed"

    def run(self, *arguments):
        env = os.environ | {"RESTIC_PASSWORD": "compare", "RESTIC_CACHE_DIR": self.path("cache")}
        return pipeline(["restic", "--quiet", "--repo", self.path("repo"), *arguments], env=env)

    def prepare(self, tree):
        self.empty()
        self.run("init")

    def backup(self, tree):
        return self.run("backup", "--compression", "auto", tree)

    def again(self, tree):
        return self.backup(tree)

    def restore(self, tree):
        return self.run("restore", "latest", "--target", self.path("out"))


class Borg(Program):
    """A new repository on this machine; it compresses as bchan does, and does not encrypt."""

    name = "borg"

    def missing(self):
        return None if shutil.which("borg") else "it is not installed"

    def run(self, *arguments, cwd=None):
        env = os.environ | {"BORG_BASE_DIR": self.path("base")}
        env["BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK"] = "yes"
        return pipeline(["borg", *arguments], env=env, cwd=cwd)

    def prepare(self, tree):
        self.empty()
        os.makedirs(self.path("out"))
        self.run("init", "--encryption", "none", self.path("repo"))

    def backup(self, tree, archive="first"):
        place = f"{self.path('repo')}::{archive}"
        return self.run("create", "--compression", f"zstd,{LEVEL}", place, tree)

    def again(self, tree):
        return self.backup(tree, "second")

    def restore(self, tree):
        return self.run("extract", f"{self.path('repo')}::first", cwd=self.path("out"))
