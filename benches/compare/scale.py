"""The same questions to a server with little in it and to one with a million backups.

Both have the same targets that are asked for, with their backups; the large one has as many more as
make 10,000 targets and 1,000,000 backups. They come into the database while the server is stopped.
Only what is to be recycled has files; the records beside the data are empty files, for a start asks
only which there are.
"""

import contextlib
import http.client
import os
import random
import sqlite3
import statistics
import time
import urllib.parse
import uuid

import report
from house import House
from measure import Failed

TARGETS = 10_000
# Those that both servers have.
COMMON = 30
# Backups of each target.
BACKUPS = 100
DAY = 24 * 60 * 60
# Requests of a kind in one run.
REQUESTS = 300
# Backups of each common target that go in one run.
GO = 15

TARGET = (
    "INSERT INTO targets (id, name, target_type, recycle_criteria, recycle_value, recycle_action,"
    " location, name_template, deduplicate, alias, min_backups, tags)"
    " VALUES (?, ?, 'single', ?, ?, 'recycle', ?, ?, 0, ?, NULL, '[]')"
)
BACKUP = (
    "INSERT INTO backups (id, target_id, created_at, manual, is_recycled, filesize, hash,"
    " hash_mismatch, extension, file_name) VALUES (?, ?, ?, 0, 0, 6, ?, 0, '.bin', ?)"
)


class Server(House):
    """A server over a database that was filled beforehand."""

    def __init__(self, bchan, folder, targets):
        super().__init__(bchan, folder)
        self.count = targets
        self.stop()
        self.fill()
        # The first start writes what lies beside the data.
        self.first = self.start()
        self.starts = []

    def start(self):
        begun = time.perf_counter()
        super().start()
        return time.perf_counter() - begun

    def stop(self):
        if self.process.poll() is None:
            super().stop()

    def restart(self):
        self.stop()
        self.starts.append(self.start())

    def fill(self):
        noise = random.Random(1)
        new_id = lambda: str(uuid.UUID(int=noise.getrandbits(128), version=4))
        self.ids = [new_id() for _ in range(self.count)]
        now = int(time.time())
        with open(os.path.join(self.folder, "data", "instance")) as file:
            self.instance = file.read().strip()
        database = sqlite3.connect(os.path.join(self.folder, "data", "bchan.db"))
        with contextlib.closing(database), database:
            for at, target in enumerate(self.ids):
                # Rules that have nothing to do, of both kinds.
                rule = ("count", BACKUPS) if at % 2 == 0 else ("age", 10 * BACKUPS)
                name = f"target-{at:05}"
                row = (target, name, *rule, name, f"{name}-$I", f"alias-{at:05}")
                database.execute(TARGET, row)
            # Day by day, as they come: those of one target do not lie together.
            for day in range(BACKUPS):
                rows = [self.row(new_id(), at, now - day * DAY) for at in range(self.count)]
                database.executemany(BACKUP, rows)

    def row(self, backup, at, made):
        name = f"target-{at:05}-{backup}.bin"
        folder = os.path.join(self.folder, "data", "storage", f"target-{at:05}")
        records = os.path.join(folder, ".bchan", self.instance, "records")
        os.makedirs(records, exist_ok=True)
        open(os.path.join(records, f"{backup}.json"), "xb").close()
        if at < COMMON:
            with open(os.path.join(folder, name), "wb") as file:
                file.write(b"hello\n")
        return backup, self.ids[at], made, backup.replace("-", "") * 2, name

    def rules(self, keep):
        """Lets each common target keep so many backups."""
        fields = {"recycle_criteria": "count", "recycle_value": keep}
        for target in self.ids[:COMMON]:
            self.ask("PATCH", f"/target/{target}", fields)

    def recycle(self):
        """Seconds until the job has ended."""
        begun = time.perf_counter()
        job = self.ask("GET", "/jobs/force_run/recycle_job")["job_id"]
        while True:
            jobs = {one["id"]: one["status"] for one in self.ask("GET", "/jobs")["delayed"]}
            if jobs.get(job) == "FINISHED":
                return time.perf_counter() - begun
            if jobs.get(job) == "ERROR":
                raise Failed(f"the job has failed: {self.folder}")
            time.sleep(0.005)

    def latency(self, paths):
        """Median of the seconds that an answer takes on a connection that stays open."""
        where = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(where.hostname, where.port)
        taken = []
        with contextlib.closing(connection):
            for path in paths:
                begun = time.perf_counter()
                connection.request("GET", path, headers={"Authorization": f"Bearer {self.key}"})
                answer = connection.getresponse()
                body = answer.read()
                taken.append(time.perf_counter() - begun)
                if answer.status != 200:
                    raise Failed(f"{path}: {answer.status}: {body[:2000]}")
        return statistics.median(taken)


def questions(server, noise):
    """What is asked, and how often in one run; of both servers alike."""
    common = server.ids[:COMMON]
    # All of them, so that what is asked for is in no cache of the database's.
    others = [noise.choice(server.ids) for _ in range(REQUESTS)]
    pages = [noise.randrange(server.count // 10) + 1 for _ in range(REQUESTS)]
    alike = [common[at % COMMON] for at in range(REQUESTS)]
    alias = [f"alias-{at % COMMON:05}" for at in range(REQUESTS)]
    return {
        "list, first page": ["/api/target"] * REQUESTS,
        "list, any page": [f"/api/target?page={page}" for page in pages],
        "show, same targets": [f"/api/target/{target}" for target in alike],
        "show, any target": [f"/api/target/{target}" for target in others],
        "show, by alias": [f"/api/target/{name}" for name in alias],
        "search for a name": ["/api/target/search?name=target-00007"] * 20,
        "jobs": ["/api/jobs"] * 20,
        "stats": ["/api/stats"] * 5,
        "metrics": ["/metrics"] * 5,
    }


def compare(world, runs):
    """Each question to one server, then to the other, again and again."""
    servers = []
    try:
        for name, targets in [("small", COMMON), ("large", TARGETS)]:
            servers.append(Server(world.bchan, os.path.join(world.store, name), targets))
        measure(servers, max(runs, 1))
    finally:
        for server in servers:
            server.stop()


def measure(servers, runs):
    small, large = servers
    report.heading(
        f"scale: {small.count} and {large.count} targets with {BACKUPS} backups each, {runs} runs"
    )
    report.line(f"first start: {small.first:.2f} s and {large.first:.2f} s\n")
    found = {}

    def add(what, seconds):
        found.setdefault(what, []).append(seconds)

    for _ in range(runs):
        for server in servers:
            server.restart()
        add("start", [server.starts[-1] for server in servers])
    # The first time does not count.
    for run in range(runs + 1):
        noise = random.Random(run)
        asked = [questions(server, noise) for server in servers]
        for what in asked[0]:
            seconds = [server.latency(kind[what]) for server, kind in zip(servers, asked)]
            if run > 0:
                add(what, seconds)
    for run in range(runs + 1):
        seconds = [server.recycle() for server in servers]
        if run > 0:
            add("recycle_job, nothing goes", seconds)
    gone = GO * COMMON
    for run in range(runs):
        for server in servers:
            server.rules(BACKUPS - GO * (run + 1))
        add(f"recycle_job, {gone} go", [server.recycle() for server in servers])
    report.pairs_table("small", "large")
    for what, pairs in found.items():
        report.pairs(what, pairs)
    peaks = [f"{server.peak() / report.MIB:.0f}" for server in servers]
    report.line(f"\nmemory of the servers at most since their last start, in MiB: {' and '.join(peaks)}")
