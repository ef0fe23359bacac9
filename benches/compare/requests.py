"""Small requests: how many of them a server answers in a second."""

import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import urllib.request

import report
from house import House
from measure import Failed

CONNECTIONS = [1, 8, 64]
SECONDS = 2
TARGETS = 10
PATH = "/api/target"

# What a server says of the connection and of itself.
OWN_HEADERS = {"connection", "content-length", "date", "server"}


class Flask:
    """The same bytes with the same headers, from the memory of a Flask app under waitress."""

    reset, cpu, peak = House.reset, House.cpu, House.peak

    def __init__(self, world):
        request = urllib.request.Request(world.house.url + PATH, headers=key(world))
        with urllib.request.urlopen(request) as answer:
            headers = [(name, value) for name, value in answer.headers.items()
                       if name.lower() not in OWN_HEADERS]
            text = json.dumps({"path": PATH, "headers": headers, "body": answer.read().decode()})
        python = os.path.join(world.tools, "bin", "python")
        app = os.path.join(os.path.dirname(__file__), "flask_app.py")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([python, app], **pipes)
        self.process.stdin.write(text)
        self.process.stdin.close()
        self.url = self.process.stdout.readline().removeprefix("listening on ").strip()

    def close(self):
        self.process.terminate()
        self.process.wait()


def key(world):
    return {"Authorization": f"Bearer {world.house.key}"}


def ask(world, server, connections):
    """Requests that were answered in a second, every one of them as it should be."""
    headers = [f"{name}: {value}" for name, value in key(world).items()]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-H", *headers, server.url + PATH]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise Failed(f"{command}: {said}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", said)[1])


def compare(world, runs):
    """Each server in turn, again and again; the first time does not count."""
    if not shutil.which("wrk"):
        raise Failed("wrk is not installed")
    for number in range(TARGETS):
        world.house.new_target(f"docs-{number}")
    with contextlib.closing(Flask(world)) as flask:
        servers = {"Flask under waitress": flask, "bchan": world.house}
        for connections in CONNECTIONS:
            rates = {name: [] for name in servers}
            peaks = {}
            for run in range(max(runs, 5) + 1):
                for name, server in servers.items():
                    server.reset()
                    rate = ask(world, server, connections)
                    peaks[name] = max(peaks.get(name, 0), server.peak())
                    if run > 0:
                        rates[name].append(rate)
            show(connections, rates, peaks)


def show(connections, rates, peaks):
    runs = len(next(iter(rates.values())))
    ways = f"{connections} connection{'s' if connections > 1 else ''}"
    report.heading(f"GET {PATH}, {TARGETS} targets, {ways}, {runs} runs of {SECONDS} s")
    report.line("| | requests/s | least-most | ratio | peak MiB |")
    report.line("| --- | --- | --- | --- | --- |")
    reference = statistics.median(next(iter(rates.values())))
    for name, found in rates.items():
        median = statistics.median(found)
        spread = f"{min(found):.0f}-{max(found):.0f}"
        peak = f"{peaks[name] / report.MIB:.0f}"
        ratio = report.ratio(median, reference)
        report.line(f"| {name} | {median:.0f} | {spread} | {ratio} | {peak} |")
