"""Second backups: of what has not changed, and of a large file that has changed a little."""

import json
import os
import random
import shutil
import statistics
import subprocess
import time

import data
import report
from measure import Failed
from programs import Bchan, Borg, Restic

MIB = 1 << 20
# Bytes of the file that is edited.
LARGE = 1 << 30


def disk(path):
    """Bytes on the disk, each file once however many names it has."""
    du = ["du", "--summarize", "--block-size=1", path]
    return int(subprocess.run(du, check=True, capture_output=True, text=True).stdout.split()[0])


def upload(program, tree, *options):
    """Seconds of an upload, and what it says of itself."""
    command = [program.bchan, "--quiet", "-o", "json", "backup", "upload", program.target]
    begun = time.perf_counter()
    done = subprocess.run(
        [*command, tree, *options], env=program.house.env, capture_output=True, text=True
    )
    seconds = time.perf_counter() - begun
    if done.returncode != 0:
        raise Failed(f"{command}: {done.returncode}: {done.stderr[-2000:]}")
    return seconds, json.loads(done.stdout)


class Measured:
    """A program, with its two backups."""

    def __init__(self, program):
        self.program = program

    def store(self):
        if isinstance(self.program, Bchan):
            return os.path.join(self.program.house.folder, "data")
        return self.program.path("repo")

    def run(self, tree, again):
        """Seconds, bytes sent where that is known, and bytes on the disk afterwards."""
        program = self.program
        if isinstance(program, Bchan):
            seconds, said = upload(program, tree)
            return seconds, said["sent"], disk(self.store())
        sample = program.again(tree) if again else program.backup(tree)
        return sample.wall, None, disk(self.store())


def again(world, runs):
    """An unchanged tree: time, bytes sent and growth on the disk against the first backup."""
    tree = data.small(None)
    programs = [Measured(kind(world)) for kind in (Restic, Bchan, Borg)]
    programs = [measured for measured in programs if not measured.program.missing()]
    rows = {measured.program.name: [] for measured in programs}
    for run in range(runs + 1):
        for measured in programs:
            program = measured.program
            program.prepare(tree)
            before = disk(measured.store())
            first = measured.run(tree, False)
            # Files that were touched just now are read again: let the clock go on.
            second = measured.run(tree, True)
            program.clean()
            if run > 0 or runs == 0:
                rows[program.name].append((first, second, before))
    files, size = data.size(tree)
    report.heading(f"again: {files} files, {size / MIB:.0f} MiB, {max(runs, 1)} runs")
    report.line("| | first s | again s | ratio | sent | of the first | growth on disk | of the first |")
    report.line("| --- | --- | --- | --- | --- | --- | --- | --- |")
    median = lambda values: statistics.median(list(values))
    reference = None
    for name, samples in rows.items():
        seconds = median(second[0] for _, second, _ in samples)
        reference = reference or seconds
        grown = median(second[2] - first[2] for first, second, _ in samples)
        whole = median(first[2] - before for first, _, before in samples)
        sent = [second[1] for _, second, _ in samples]
        sent = None if None in sent else median(sent)
        sent_first = sent and median(first[1] for first, _, _ in samples)
        cells = [
            name,
            f"{median(first[0] for first, _, _ in samples):.2f}",
            f"{seconds:.2f}",
            f"{seconds / reference:.2f}",
            "-" if sent is None else f"{sent / MIB:.2f} MiB",
            "-" if sent is None else f"{sent / sent_first:.2%}",
            f"{grown / MIB:.1f} MiB",
            f"{grown / whole:.1%}",
        ]
        report.line("| " + " | ".join(cells) + " |")


def resume(world, runs):
    """An upload that is killed at 70 %, and run again: bytes sent against the whole."""
    noise = random.Random(9)
    folder = os.path.join(world.store, "resumed")
    os.makedirs(folder)
    for number in range(400):
        with open(os.path.join(folder, f"file-{number:03}"), "wb") as file:
            file.write(noise.randbytes(MIB // 2))
    report.heading(f"resume: 400 files of {MIB // 2 >> 10} KiB, killed at 70 %, {max(runs, 1)} runs")
    report.line("| whole, MiB | sent by the second run, MiB | of the whole |")
    report.line("| --- | --- | --- |")
    for _ in range(max(runs, 1)):
        program = Bchan(world)
        program.prepare(folder)
        rate = 50
        command = [program.bchan, "--quiet", "backup", "upload", program.target, folder]
        command += ["--limit-upload", f"{rate}MiB"]
        child = subprocess.Popen(command, env=program.house.env)
        time.sleep(0.7 * 200 / rate)
        child.kill()
        child.wait()
        while not any(job["status"] == "ERROR" for job in program.house.ask("GET", "/jobs")["delayed"]):
            time.sleep(0.05)
        _, said = upload(program, folder)
        whole = upload(program, folder, "--full")[1]["sent"]
        program.clean()
        sent = said["sent"]
        report.line(f"| {whole / MIB:.1f} | {sent / MIB:.1f} | {sent / whole:.1%} |")


def edit(world, runs):
    """A file of 1 GiB with ten random writes of 4 KiB, and with 100 bytes in front: bytes sent."""
    noise = random.Random(5)
    folder = os.path.join(world.store, "edited")
    os.makedirs(folder)
    path = os.path.join(folder, "large.bin")
    report.heading(f"edit: a file of {LARGE // MIB} MiB, {max(runs, 1)} runs")
    report.line("| | bytes sent, MiB | seconds |")
    report.line("| --- | --- | --- |")
    writes, inserts, fulls = [], [], []
    for _ in range(max(runs, 1)):
        with open(path, "wb") as file:
            for _ in range(LARGE // (1 << 24)):
                file.write(noise.randbytes(1 << 24))
        program = Bchan(world)
        program.prepare(folder)
        fulls.append(upload(program, folder))
        with open(path, "r+b") as file:
            for _ in range(10):
                file.seek(noise.randrange(LARGE - 4096))
                file.write(noise.randbytes(4096))
        writes.append(upload(program, folder))
        with open(path, "rb") as old, open(path + ".new", "wb") as new:
            new.write(noise.randbytes(100))
            shutil.copyfileobj(old, new, 1 << 24)
        os.rename(path + ".new", path)
        inserts.append(upload(program, folder))
        program.clean()
    for name, samples in [
        ("all of it", fulls),
        ("ten writes of 4 KiB", writes),
        ("100 bytes in front", inserts),
    ]:
        sent = [said["sent"] / MIB for _, said in samples]
        seconds = statistics.median(seconds for seconds, _ in samples)
        report.line(f"| {name} | {statistics.median(sent):.2f} (at most {max(sent):.2f}) | {seconds:.2f} |")
