"""A server of ours, and a home in which the Python program knows it."""

import os
import re
import signal
import subprocess
from pathlib import Path

BCHAN = os.environ["PEERS_BCHAN"]
PYTHON = os.environ["PEERS_PYTHON"]


class Server:
    """`bchan serve` on a port that it keeps across restarts."""

    def __init__(self, home, with_key=True):
        self.home = home
        self.data = home / "data"
        self.key = ""
        self.port = 0
        if with_key:
            command = [BCHAN, "server", "new-key", "--data", self.data]
            self.key = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        self.start()

    def start(self):
        command = [BCHAN, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"]
        log = open(self.home / "server.log", "a")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        said = self.process.stdout.readline()
        assert said, (self.home / "server.log").read_text()
        self.port = int(re.search(r":(\d+)$", said.strip())[1])

    def crash(self):
        """Dies as in a power cut, and comes back."""
        self.process.kill()
        self.process.wait()
        self.start()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0
        assert "panicked" not in (self.home / "server.log").read_text()

    @property
    def storage(self):
        return self.data / "storage"

    def left_over(self):
        """What is in staging and trash, where nothing may stay."""
        folders = [*self.data.rglob("staging"), *self.data.rglob("trash")]
        return [path for folder in folders for path in folder.iterdir()]


class Home:
    """Somebody's home, with the Python program and its keyring in it."""

    def __init__(self, path):
        self.path = path
        self.work = path / "work"
        self.work.mkdir(parents=True)
        self.tmp = path / "tmp"
        self.tmp.mkdir()
        self.environment = {
            "HOME": str(path),
            "TMPDIR": str(self.tmp),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            # There is no session and nobody to ask for a passphrase.
            "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
        }

    @property
    def config(self):
        return self.path / ".config" / "backupchan"

    def run(self, *args, program=PYTHON, **more):
        command = [program, *map(str, args)]
        return subprocess.run(
            command, cwd=self.work, env=self.environment, capture_output=True, text=True,
            timeout=120, **more,
        )

    def ok(self, *args, **more):
        """The output of a command that ends well."""
        done = self.run(*args, **more)
        assert done.returncode == 0, done
        return done.stdout

    def fails(self, *args):
        """What a command says that gives up in an orderly way."""
        done = self.run(*args)
        assert done.returncode == 1 and "Traceback" not in done.stderr, done
        return done.stderr

    def crashes(self, *args):
        """The last line of a command that dies of a fault of its own."""
        done = self.run(*args)
        assert done.returncode == 1 and "Traceback" in done.stderr, done
        return done.stderr.strip().splitlines()[-1]


def tree(path):
    """Every file below a folder with its content, but what the server keeps for itself."""
    files = (file for file in Path(path).rglob("*") if file.is_file())
    files = (file for file in files if ".bchan" not in file.parts)
    return {str(file.relative_to(path)): file.read_bytes() for file in files}
