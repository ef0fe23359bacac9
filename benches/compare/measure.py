"""Running programs, and what that takes."""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass, field


@dataclass
class Sample:
    """One run: seconds of the clock, seconds of processors, peak memory in bytes by process."""

    wall: float
    cpu: float
    peaks: dict[str, int] = field(default_factory=dict)


class Failed(Exception):
    """A program that was measured has not done what it should."""


def pipeline(*commands, env=None, cwd=None):
    """Runs commands, the output of each being the input of the next, to the end of all of them."""
    children = []
    feed = subprocess.DEVNULL
    begun = time.perf_counter()
    for at, command in enumerate(commands):
        last = at + 1 == len(commands)
        child = subprocess.Popen(
            command,
            stdin=feed,
            stdout=subprocess.DEVNULL if last else subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            cwd=cwd,
        )
        if feed is not subprocess.DEVNULL:
            feed.close()
        feed = child.stdout
        children.append(child)
    sample = Sample(0.0, 0.0)
    for command, child in zip(commands, children):
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise Failed(f"{command}: {child.returncode}: {said.decode(errors='replace')[-2000:]}")
        sample.cpu += usage.ru_utime + usage.ru_stime
        name = os.path.basename(command[0])
        peak = usage.ru_maxrss * 1024
        sample.peaks[name] = max(peak, sample.peaks.get(name, 0))
        child.stderr.close()
    sample.wall = time.perf_counter() - begun
    return sample


def together(*samples):
    """Runs one after the other as one."""
    peaks = {}
    for sample in samples:
        for name, peak in sample.peaks.items():
            peaks[name] = max(peak, peaks.get(name, 0))
    return Sample(sum(s.wall for s in samples), sum(s.cpu for s in samples), peaks)


@dataclass
class Series:
    """Several runs of the same."""

    samples: list[Sample]

    @property
    def wall(self):
        return statistics.median(sample.wall for sample in self.samples)

    @property
    def cpu(self):
        return statistics.median(sample.cpu for sample in self.samples)

    @property
    def spread(self):
        walls = [sample.wall for sample in self.samples]
        return min(walls), max(walls)

    @property
    def peaks(self):
        return together(*self.samples).peaks
