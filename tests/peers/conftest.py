"""One server for all tests, targets and homes of their own for each, and the table at the end."""

import itertools

import pytest
from backupchan import API, BackupRecycleAction, BackupRecycleCriteria, BackupType

from catalogue import everything
from server import Home, Server

numbers = itertools.count(1)
# Name of a method or command → its tests with their outcomes; and remarks on some.
results = {}
remarks = {}


def pytest_configure(config):
    config.addinivalue_line("markers", "covers(*names): methods and commands that a test is about")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


@pytest.fixture
def api(server):
    return API("127.0.0.1", server.port, server.key)


@pytest.fixture
def home(tmp_path, server):
    """A home that knows the server."""
    home = Home(tmp_path / "home")
    arguments = ["--host", "127.0.0.1", "--port", server.port, "--api-key", server.key]
    home.ok("config", "new", *arguments)
    return home


@pytest.fixture
def new_target(api):
    """Makes a target whose alias is its name and its location, and gives that."""

    def new(kind=BackupType.MULTI, **more):
        name = f"target-{next(numbers)}"
        fields = {
            "name": name,
            "backup_type": kind,
            "recycle_criteria": BackupRecycleCriteria.NONE,
            "recycle_value": 0,
            "recycle_action": BackupRecycleAction.RECYCLE,
            "location": name,
            "name_template": f"{name}-$I",
            "deduplicate": False,
            "alias": name,
            "min_backups": None,
            "tags": [],
        }
        api.new_target(**(fields | more))
        return name

    return new


@pytest.fixture
def remark():
    """Says in the table what a test knows of a fault of the published program."""

    def say(name, text):
        remarks.setdefault(name, []).append(text)

    return say


@pytest.fixture
def folder(tmp_path):
    """A folder as people have them."""
    folder = tmp_path / "Säcke & co"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "empty").write_bytes(b"")
    (folder / "deep" / "ä ö.txt").write_text("umlauts")
    (folder / "deep" / "note.tmp").write_text("not wanted")
    (folder / "deep" / "er" / "a.txt").write_bytes(bytes(range(256)) * 4096)
    return folder


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when != "call" and report.passed:
        return
    for marker in item.iter_markers("covers"):
        for name in marker.args:
            results.setdefault(name, []).append((item.name, report.outcome))


def is_whole(config):
    """Whether all tests were run, so that what is missing is missing."""
    return not config.option.keyword and config.args == ["tests/peers"]


def pytest_sessionfinish(session):
    names = everything()
    unknown = [name for name in results if name not in names]
    missing = [name for name in names if name not in results] if is_whole(session.config) else []
    if unknown or missing:
        session.config.stash[fault] = f"not covered: {missing}; not there: {unknown}"
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


fault = pytest.StashKey()


def pytest_terminal_summary(terminalreporter, config):
    names = [name for name in everything() if name in results]
    width = max(map(len, names), default=0)
    for name in names:
        tests = results[name]
        bad = [test for test, outcome in tests if outcome != "passed"]
        outcome = f"FAILED in {', '.join(bad)}" if bad else f"ok ({len(tests)} tests)"
        remark = "".join(f"; {text}" for text in remarks.get(name, []))
        terminalreporter.write_line(f"{name:{width}}  {outcome}{remark}")
    if fault in config.stash:
        terminalreporter.write_line(config.stash[fault], red=True)
