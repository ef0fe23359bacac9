"""A command that does next to nothing: what a client takes to begin and to end."""

import report
from measure import Failed, Series, pipeline
from programs import Python

TARGETS = 10
COMMAND = ["target", "list"]

# A run is short, and a few of them say little.
TIMES = 6


def compare(world, runs):
    """The two clients in turn, again and again; the first time does not count."""
    python = Python(world)
    if missing := python.missing():
        raise Failed(f"{python.name}: {missing}")
    python.prepare(None)
    for number in range(1, TARGETS):
        world.house.new_target(f"docs-{number}")
    clients = {python.name: world.python, "bchan": world.bchan}
    samples = {name: [] for name in clients}
    for run in range(max(runs, 1) * TIMES + 1):
        for name, program in clients.items():
            sample = pipeline([program, *COMMAND], env=world.house.env)
            if run > 0:
                samples[name].append(sample)
    series = {name: Series(found) for name, found in samples.items()}
    show({name: (found.wall, found.spread, found.peaks) for name, found in series.items()})


def show(found):
    report.heading(f"{' '.join(COMMAND)}, {TARGETS} targets")
    report.line("| | ms | least-most | ratio | peak MiB |")
    report.line("| --- | --- | --- | --- | --- |")
    reference, _, _ = next(iter(found.values()))
    for name, (wall, (low, high), peaks) in found.items():
        spread = f"{low * 1000:.1f}-{high * 1000:.1f}"
        peak = f"{max(peaks.values()) / report.MIB:.0f}"
        times = f"1/{reference / wall:.1f}"
        report.line(f"| {name} | {wall * 1000:.1f} | {spread} | {times} | {peak} |")
