"""A server that archives of other programs are uploaded to."""

import http.client
import json
import re
import signal
import subprocess


class Server:
    """`bchan serve`, with one target."""

    def __init__(self, program, home):
        self.data = home / "data"
        new_key = [program, "server", "new-key", "--data", self.data]
        self.key = subprocess.run(new_key, check=True, capture_output=True, text=True).stdout.strip()
        command = [program, "serve", "--data", self.data, "--listen", "127.0.0.1:0"]
        log = open(home / "server.log", "w")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.port = int(re.search(r":(\d+)$", self.process.stdout.readline().strip())[1])
        target = {
            "name": "t", "backup_type": "multi", "recycle_criteria": "none", "recycle_value": None,
            "recycle_action": "recycle", "location": "t", "name_template": "t-$I", "deduplicate": False,
            "alias": "t", "min_backups": None, "tags": [],
        }
        status, answer = self.request("POST", "/api/target", json.dumps(target), "application/json")
        assert status == 201, answer

    def request(self, method, path, body, kind):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": kind}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def upload(self, path):
        """The status, the answer, and the folder of what is stored."""
        head = (
            '--x\r\nContent-Disposition: form-data; name="backup_file"; filename="archive"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + path.read_bytes() + b"\r\n--x--\r\n"
        folder = self.data / "storage/t"
        before = set(folder.iterdir()) if folder.exists() else set()
        status, answer = self.request(
            "POST", "/api/target/t/upload", body, "multipart/form-data; boundary=x"
        )
        after = set(folder.iterdir()) if folder.exists() else set()
        new = [entry for entry in after - before if entry.name != ".bchan"]
        return status, answer, new[0] if new else None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
