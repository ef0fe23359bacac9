"""What was measured, as text."""

MIB = 1 << 20


def heading(text):
    print(f"\n## {text}\n", flush=True)


def row(name, series, reference):
    """One line: median, spread and ratio of the clock, processor time and its ratio, peaks."""
    low, high = series.spread
    cells = [
        name,
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
