"""Runs the comparisons that were chosen, in turn, and prints tables of them."""

import argparse
import contextlib
import os
import shutil
import tempfile

import data
import increments
import report
import requests
import scale
import startup
from house import House
from measure import Failed, Series
from programs import Bchan, BchanFile, Borg, Copy, Other, OtherFile, Python, Reference, Restic

PROGRAMS = {
    "reference": Reference,
    "copy": Copy,
    "bchan": Bchan,
    "bchan-file": BchanFile,
    "other": Other,
    "other-file": OtherFile,
    "restic": Restic,
    "borg": Borg,
    "python": Python,
}

# What needs no tree.
OTHERS = {
    "again": increments.again,
    "edit": increments.edit,
    "resume": increments.resume,
    "requests": requests.compare,
    "scale": scale.compare,
    "startup": startup.compare,
}


class World:
    """Where all of it happens."""

    def __init__(self, arguments):
        self.bchan = os.environ["COMPARE_BCHAN"]
        self.tools = os.environ["COMPARE_TOOLS"]
        self.python = os.path.join(self.tools, "bin", "backupchan")
        self.store = tempfile.mkdtemp(prefix="bchan-compare-", dir=arguments.store)
        self.other = arguments.other
        self.houses = {}

    @property
    def house(self):
        """The server of the program that is measured."""
        return self.server_of(self.bchan)

    def server_of(self, bchan):
        """The server of this program, started when it is first needed."""
        if bchan not in self.houses:
            folder = os.path.join(self.store, f"house-{len(self.houses)}")
            self.houses[bchan] = House(bchan, folder)
        return self.houses[bchan]

    def close(self):
        for house in self.houses.values():
            with contextlib.suppress(OSError):
                house.close()
        shutil.rmtree(self.store, ignore_errors=True)


def compare(world, name, tree, programs, runs):
    """Each program in turn, again and again; the first time does not count."""
    found = [PROGRAMS[program](world) for program in programs]
    for program in list(found):
        if missing := program.missing():
            report.line(f"{program.name}: left out, {missing}")
            found.remove(program)
    first, again, restored = ({program.name: [] for program in found} for _ in range(3))
    for run in range(runs + 1):
        for program in found:
            program.prepare(tree)
            samples = [
                (first, program.backup(tree)),
                (again, program.again(tree)),
                (restored, program.restore(tree)),
            ]
            program.clean()
            for series, sample in samples:
                # With a single run there is none to warm up with.
                if sample and (run > 0 or runs == 0):
                    series[program.name].append(sample)
    files, size = data.size(tree)
    count = max(runs, 1)
    what = f"{name}: {files} files, {size / report.MIB:.0f} MiB, {count} runs"
    for title, series in [
        ("first backup", first),
        ("the same again", again),
        ("restore", restored),
    ]:
        show(f"{what}, {title}", series)


def show(title, series):
    series = {name: Series(samples) for name, samples in series.items() if samples}
    if not series:
        return
    report.heading(title)
    report.table()
    reference = next(iter(series.values()))
    for name, samples in series.items():
        report.row(name, samples, reference)


def parse():
    parser = argparse.ArgumentParser(prog="benches/compare.sh", description=__doc__)
    known = ", ".join([*data.SETS, *OTHERS])
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"{known}, or a folder")
    parser.add_argument("--programs", default="reference,bchan,restic,borg,python", metavar="A,B")
    parser.add_argument("--other", metavar="BCHAN", help="another bchan, for the program `other`")
    parser.add_argument("--runs", type=int, default=5, help="0: once, without a warm-up")
    parser.add_argument("--store", default="/dev/shm", metavar="DIR", help="where backups go")
    parser.add_argument("--work", default="/var/tmp", metavar="DIR", help="where trees are made")
    return parser.parse_args()


def main():
    arguments = parse()
    work = os.path.join(arguments.work, "bchan-compare-data")
    os.makedirs(work, exist_ok=True)
    for name in arguments.sets:
        others = OTHERS.get(name)
        tree = data.SETS[name](work) if name in data.SETS else os.path.abspath(name)
        world = World(arguments)
        try:
            if others:
                others(world, arguments.runs)
            else:
                compare(world, name, tree, arguments.programs.split(","), arguments.runs)
        except Failed as failed:
            raise SystemExit(f"error: {failed}")
        finally:
            world.close()


main()
