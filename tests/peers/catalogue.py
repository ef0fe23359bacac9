"""What the published programs can do, all of it, and what came of each."""

import argparse
import inspect

from backupchan import API
from backupchan_cli.commands import backup, config, job, log, preset, recyclebin, stats, target
from backupchan_config import Config
from backupchan_presets import Preset, Presets

COMMANDS = {
    "config": config,
    "target": target,
    "backup": backup,
    "log": log,
    "recyclebin": recyclebin,
    "stats": stats,
    "preset": preset,
    "job": job,
}


def methods(kind):
    functions = inspect.getmembers(kind, inspect.isroutine)
    return [f"{kind.__name__}.{name}" for name, _ in functions if not name.startswith("_")]


def commands():
    for name, module in COMMANDS.items():
        subcommands = argparse.ArgumentParser().add_subparsers()
        module.setup_subcommands(subcommands)
        yield from (f"backupchan {name} {verb}" for verb in subcommands.choices)


def everything():
    """Names of all public methods and commands, in the order of their packages."""
    return [*methods(API), *commands(), *methods(Preset), *methods(Presets), *methods(Config)]
