"""What was measured, as text."""

import statistics

MIB = 1 << 20


def heading(text):
    print(f"\n## {text}\n", flush=True)


def row(name, series, reference):
    """One line: median, spread and ratio of the clock, processor time and its ratio, peaks."""
    low, high = series.spread
    cells = [
        name.replace("|", "\\|"),
        f"{series.wall:.2f}",
        f"{low:.2f}-{high:.2f}",
        ratio(series.wall, reference and reference.wall),
        f"{series.cpu:.2f}",
        ratio(series.cpu, reference and reference.cpu),
        ", ".join(f"{process} {peak / MIB:.0f}" for process, peak in series.peaks.items()),
    ]
    print("| " + " | ".join(cells) + " |", flush=True)


def table():
    print("| | seconds | least-most | ratio | CPU s | ratio | peak MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)


def ratio(value, reference):
    return f"{value / reference:.2f}" if reference else "-"


def line(text):
    print(text, flush=True)


def pairs_table(first, second):
    print(f"| | {first} ms | least-most | {second} ms | least-most | ratio |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)


def pairs(name, seconds):
    """One line: median and spread of the one and of the other, and the median of their ratios."""
    cells = [name]
    for side in zip(*seconds):
        milliseconds = [value * 1000 for value in side]
        cells.append(f"{statistics.median(milliseconds):.2f}")
        cells.append(f"{min(milliseconds):.2f}-{max(milliseconds):.2f}")
    cells.append(f"{statistics.median(second / first for first, second in seconds):.2f}")
    print("| " + " | ".join(cells) + " |", flush=True)
