"""The server that bchan and the Python client send to."""

import json
import os
import shutil
import subprocess
import urllib.request

from measure import Sample

TICK = os.sysconf("SC_CLK_TCK")


class House:
    """A `bchan serve` over a folder of its own."""

    def __init__(self, bchan, folder):
        self.bchan = bchan
        self.folder = folder
        os.makedirs(folder)
        data = os.path.join(folder, "data")
        new_key = [bchan, "server", "new-key", "--data", data]
        self.key = subprocess.run(new_key, check=True, capture_output=True, text=True).stdout.strip()
        self.home = os.path.join(folder, "home")
        os.makedirs(self.home)
        self.log = open(os.path.join(folder, "log"), "w")
        self.start()

    def start(self):
        data = os.path.join(self.folder, "data")
        self.process = subprocess.Popen(
            [self.bchan, "serve", "--data", data, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        self.url = self.process.stdout.readline().removeprefix("listening on ").strip()

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def close(self):
        self.stop()
        self.log.close()
        shutil.rmtree(self.folder)

    @property
    def env(self):
        """What clients are told."""
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": self.home,
            "BCHAN_SERVER": self.url,
            "BCHAN_API_KEY": self.key,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
        }

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + "/api" + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def new_target(self, name, kind="multi"):
        fields = {
            "name": name,
            "backup_type": kind,
            "recycle_criteria": "none",
            "recycle_value": 0,
            "recycle_action": "recycle",
            "location": name,
            "name_template": f"{name}-$I",
            "deduplicate": False,
            "alias": name,
            "min_backups": None,
        }
        self.ask("POST", "/target", fields)

    def delete_target(self, name):
        self.ask("DELETE", f"/target/{name}", {"delete_files": True})

    def reset(self):
        """Forgets the peak of the server's memory, and says how long its processor has run."""
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as file:
            file.write("5")
        return self.cpu()

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def peak(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        raise RuntimeError("the server is gone")

    def measured(self, run):
        """What a client takes, with what the server takes meanwhile."""
        before = self.reset()
        sample = run()
        peaks = sample.peaks | {"serve": self.peak()}
        return Sample(sample.wall, sample.cpu + self.cpu() - before, peaks)
