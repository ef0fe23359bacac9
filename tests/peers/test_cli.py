"""backupchan-cli: every command, as somebody types it."""

import json
import tarfile

import pytest
from backupchan import BackupType, SequentialFile

from server import tree

covers = pytest.mark.covers


def backups(api, target):
    """Newest first."""
    return api.get_target(target)[1]


@covers("backupchan config new", "backupchan config view", "backupchan config show", "backupchan config reset")
def test_config(home, server, remark):
    remark("backupchan config view", "shows the key in full, as published")
    for verb in ("view", "show"):
        shown = home.ok("config", verb)
        assert f"Host: 127.0.0.1\nPort: {server.port}\n" in shown and server.key in shown
    home.ok("config", "reset")
    assert "No configuration" in home.fails("target", "list")
    assert "No configuration" in home.fails("config", "view")
    home.ok("config", "new", "--interactive", input=f"127.0.0.1\n{server.port}\n{server.key}\n")
    # This way, the port becomes text.
    config = json.loads((home.config / "config.json").read_text())
    assert config == {"host": "127.0.0.1", "port": str(server.port)}
    home.ok("target", "list")


@covers("backupchan target list")
def test_options_win_over_the_configuration(home, server):
    home.ok("config", "new", "-H", "nowhere.invalid", "-p", "1", "-a", "bakch-" + 64 * "0")
    assert "Failed to connect" in home.fails("target", "list")
    known = ("--host", "127.0.0.1", "--port", server.port)
    home.ok(*known, "--api-key", server.key, "target", "list")
    # A key that the server does not take is no reason to crash for us, but for the program.
    assert "403" in home.crashes(*known, "target", "list")


@covers("backupchan target new")
def test_target_new(home, api, remark):
    new = ["target", "new", "-n", "new one", "-t", "multi", "-c", "none", "-l", "new-one"]
    new += ["-m", "new-one-$I", "-s", "new-one"]
    assert "ValueError: empty separator" in home.crashes(*new)
    remark("backupchan target new", "crashes without --tags, and sends `,` for any; made without tags")
    assert "Created new target. ID: " in home.ok(*new, "--tags", "a,b")
    target, _ = api.get_target("new-one")
    assert (target.name, target.target_type, target.tags) == ("new one", "multi", [])
    full = ["target", "new", "--name", "aged", "--type", "single", "--recycle-criteria", "age"]
    full += ["--recycle-value", 30, "--recycle-action", "delete", "--location", "aged", "--deduplicate"]
    full += ["--name-template", "aged-$D", "--alias", "aged", "--min-backups", 3, "--tags", ","]
    home.ok(*full)
    target, _ = api.get_target("aged")
    assert (target.recycle_value, target.min_backups, target.deduplicate) == (30, 3, True)
    assert "409" in home.fails(*new, "--tags", "a")
    assert "required" in home.fails("target", "new", "-n", "x")
    # Tags come by the library, or with an edit.
    home.ok("target", "edit", "aged", "--tags", "a,b")
    assert api.get_target("aged")[0].tags == ["a", "b"]


@covers("backupchan target list", "backupchan target view", "backupchan target show")
def test_targets_are_shown(home, api, new_target, folder):
    names = [new_target(tags=["seen"]) for _ in range(11)]
    pages = [home.ok("target", "list", "--page", page) for page in (1, 2)]
    pages += [home.ok("target", "list", "-c", "-p", 1)]
    assert all("target-" in page for page in pages) and "Tags: seen" in "".join(pages)
    assert "There are no targets" in home.ok("target", "list", "-p", 999)
    name = names[0]
    assert "has no backups" in home.ok("target", "view", name)
    for _ in range(2):
        home.ok("backup", "upload", name, folder / "a.txt")
    kept, gone = (backup.id for backup in backups(api, name))
    home.ok("backup", "recycle", gone)
    shown = home.ok("target", "view", name)
    assert kept in shown and gone not in shown and "1.00 B | Uploaded manually" in shown
    shown = home.ok("target", "show", name, "--include-recycled")
    assert kept in shown and gone in shown and "| recycled |" in shown
    assert "Target not found" in home.fails("target", "view", "nosuch")


@covers("backupchan target edit")
def test_target_edit(home, api, new_target, remark):
    name = new_target()
    edit = ["target", "edit", name, "-n", "edited", "-c", "count", "-v", 5, "-a", "delete"]
    edit += ["-l", f"{name}-b", "-m", f"{name}-b-$I", "-d", "--min-backups", 2, "--tags", "x,y"]
    assert "Target edited" in home.ok(*edit)
    target, _ = api.get_target(name)
    assert (target.name, target.recycle_criteria, target.recycle_value) == ("edited", "count", 5)
    assert (target.deduplicate, target.min_backups, target.tags) == (True, 2, ["x", "y"])
    home.ok("target", "edit", name, "-d", "--clear-tags", "-s", f"{name}-alias")
    target, _ = api.get_target(f"{name}-alias")
    assert (target.deduplicate, target.tags) == (False, [])
    home.ok("target", "edit", target.id, "--remove-alias")
    assert api.get_target(target.id)[0].alias == f"{name}-alias"
    remark("backupchan target edit", "--remove-alias sends the old alias, as published")
    assert "Target not found" in home.fails("target", "edit", "nosuch", "-n", "x")
    assert "$I" in home.fails("target", "edit", target.id, "-m", "plain")


@covers("backupchan target search")
def test_target_search(home, new_target, remark):
    name = new_target(
        recycle_criteria="age", recycle_value=9, recycle_action="delete", deduplicate=True,
        tags=["found", "well"],
    )
    other = new_target(BackupType.SINGLE)
    for options, found in [
        (["-n", name], True),
        (["-c", "age"], True),
        (["-c", "count"], False),
        (["-a", "delete"], True),
        (["-l", name], True),
        (["-m", f"{name}-$"], True),
        (["-d", "on"], True),
        (["-d", "off"], False),
        (["-s", name], True),
        (["-n", name, "-c", "age", "-a", "delete", "-l", name, "-d", "on"], True),
        (["-c", "age", "--tags", "well,found"], True),
        (["-c", "age", "--tags", "well,lost"], False),
    ]:
        shown = home.ok("target", "search", *options)
        assert "matched your search" in shown and (f"{name} (" in shown) == found, options
    assert f"{other} (" in home.ok("target", "search", "-d", "off")
    assert "at least one filter" in home.fails("target", "search")
    # All that can be seen of it is a search for an alias.
    assert "0 targets" in home.ok("target", "search", "--tags", "found")
    remark("backupchan target search", "sends filters under wrong names; --tags alone is an alias")


@covers("backupchan target deletebackups", "backupchan target deleterecycled", "backupchan target delete")
def test_targets_are_emptied_and_deleted(home, api, server, new_target, folder):
    name = new_target()
    for _ in range(3):
        home.ok("backup", "upload", name, folder / "a.txt")
    home.ok("backup", "recycle", backups(api, name)[0].id)
    home.ok("target", "deleterecycled", name, "-d")
    assert len(backups(api, name)) == 2
    home.ok("target", "deletebackups", name, "--delete-files")
    assert backups(api, name) == [] and tree(server.storage / name) == {}
    home.ok("backup", "upload", name, folder / "a.txt")
    home.ok("target", "delete", name, "-d")
    assert not (server.storage / name).exists()
    for verb in ("delete", "deletebackups", "deleterecycled"):
        assert "404" in home.fails("target", verb, name)


@covers("backupchan backup upload")
def test_files_and_folders_are_uploaded(home, api, server, new_target, folder, remark):
    single, multi = new_target(BackupType.SINGLE), new_target()
    assert "processed by job #" in home.ok("backup", "upload", single, folder / "a.txt")
    home.ok("backup", "upload", "--automatic", multi, folder)
    [backup] = backups(api, multi)
    assert not backup.manual and backups(api, single)[0].manual
    stored = server.storage / multi / f"{multi}-{backup.id}" / folder.name
    assert tree(stored) == tree(folder)
    assert "single file target" in home.fails("backup", "upload", single, folder)
    assert "404" in home.fails("backup", "upload", "nosuch", folder / "a.txt")
    assert len(list(home.tmp.glob("bakch-*.tar.gz"))) == 1
    remark("backupchan backup upload", "leaves its archive in the temporary folder, as published")


@covers("backupchan backup upload")
def test_folders_are_uploaded_file_by_file(home, api, server, new_target, folder):
    name = new_target()
    everything = tree(folder)
    for options, expected in [
        ([], everything.keys()),
        (["-e", "*.tmp", "/deep/er/*"], ["a.txt", "empty", "deep/ä ö.txt"]),
        (["-i", "/deep/*.txt"], ["deep/ä ö.txt", "deep/er/a.txt"]),
    ]:
        home.ok("backup", "upload", "-s", "-a", name, folder, *options)
        [backup] = backups(api, name)
        stored = tree(server.storage / name / f"{name}-{backup.id}")
        assert stored == {path: everything[path] for path in expected}
        api.delete_backup(backup.id, True)
    both = home.run("backup", "upload", "-s", name, folder, "-e", "a", "-i", "b")
    assert both.returncode == 1
    assert server.left_over() == []


@covers("backupchan backup upload")
def test_an_interrupted_upload_goes_on(home, api, server, new_target, folder):
    name = new_target()
    files = [SequentialFile("/", "a.txt", False), SequentialFile("/", "empty", False)]
    api.seq_begin(name, files, True)
    with open(folder / "a.txt", "rb") as file:
        api.seq_upload(name, file, files[0])
    server.crash()
    said = home.ok("backup", "upload", "-s", name, folder, "-i", "/a.txt", "/empty")
    assert "continuing" in said and "Upload file 1 of 1: /empty" in said
    [backup] = backups(api, name)
    stored = tree(server.storage / name / f"{name}-{backup.id}")
    assert stored == {"a.txt": b"a", "empty": b""}


@covers("backupchan backup upload")
def test_an_upload_that_the_program_gives_up_leaves_nothing(home, api, server, new_target, folder):
    name = new_target()
    (folder / "dangling").symlink_to("nowhere")
    assert "Client error" in home.fails("backup", "upload", "-s", name, folder)
    assert backups(api, name) == [] and server.left_over() == []
    (folder / "dangling").unlink()
    home.ok("backup", "upload", "-s", name, folder)


@covers("backupchan backup download")
def test_backups_are_downloaded(home, api, new_target, folder):
    single, multi = new_target(BackupType.SINGLE), new_target()
    home.ok("backup", "upload", single, folder / "a.txt")
    home.ok("backup", "upload", multi, folder)
    [file], [archive] = backups(api, single), backups(api, multi)
    home.ok("backup", "download", file.id)
    assert (home.work / f"{single}-{file.id}.txt").read_text() == "a"
    elsewhere = home.path / "elsewhere"
    elsewhere.mkdir()
    said = home.ok("backup", "download", archive.id, "-d", elsewhere)
    assert f"{multi}-{archive.id}.tar.gz" in said
    with tarfile.open(elsewhere / f"{multi}-{archive.id}.tar.gz") as tar:
        tar.extractall(elsewhere)
    assert tree(elsewhere / folder.name) == tree(folder)
    assert "404" in home.fails("backup", "download", "nosuch")


@covers(
    "backupchan backup recycle", "backupchan backup restore", "backupchan backup delete",
    "backupchan recyclebin view", "backupchan recyclebin show", "backupchan recyclebin clear",
)
def test_backups_are_recycled_restored_and_deleted(home, api, server, new_target, folder):
    name = new_target()
    for _ in range(2):
        home.ok("backup", "upload", name, folder / "a.txt")
    first, second = (backup.id for backup in backups(api, name))
    home.ok("backup", "recycle", first)
    for verb in ("view", "show"):
        assert first in home.ok("recyclebin", verb)
    home.ok("backup", "restore", first)
    assert first not in home.ok("recyclebin", "view")
    home.ok("backup", "delete", first, "--delete-files")
    assert list(tree(server.storage / name)) == [f"{name}-{second}/a.txt"]
    home.ok("backup", "recycle", second)
    home.ok("recyclebin", "clear", "-d")
    assert "no backups in the recycle bin" in home.ok("recyclebin", "view")
    assert backups(api, name) == [] and tree(server.data / "recycle-bin") == {}
    for verb in ("recycle", "restore", "delete"):
        assert "Backup not found" in home.fails("backup", verb, first)


@covers(
    "backupchan preset new", "backupchan preset list", "backupchan preset rename",
    "backupchan preset delete", "backupchan preset upload", "backupchan preset reset",
)
def test_presets(home, api, server, new_target, folder):
    single, multi = new_target(BackupType.SINGLE), new_target()
    assert "no presets" in home.ok("preset", "list")
    home.ok("preset", "new", "file", folder / "a.txt", single)
    home.ok("preset", "new", "folder", folder, multi)
    home.ok("preset", "new", "without", folder, multi, "-e", "*.tmp")
    home.ok("preset", "new", "only", folder, multi, "--include", "/deep/er/*")
    home.ok("preset", "rename", "without", "clean")
    home.ok("preset", "new", "none", folder, multi)
    home.ok("preset", "delete", "none")
    listed = home.ok("preset", "list")
    assert "'clean'" in listed and "exclude: '*.tmp'" in listed and "'none'" not in listed
    home.ok("preset", "upload", "file", "-a")
    assert not backups(api, single)[0].manual
    everything = tree(folder)
    for options, expected in [
        (["folder"], {f"{folder.name}/{path}": file for path, file in everything.items()}),
        (["clean", "-s"], {path: everything[path] for path in everything if "tmp" not in path}),
        (["only", "--sequential"], {"deep/er/a.txt": everything["deep/er/a.txt"]}),
    ]:
        home.ok("preset", "upload", *options)
        [backup] = backups(api, multi)
        assert tree(server.storage / multi / f"{multi}-{backup.id}") == expected
        api.delete_backup(backup.id, True)
    assert "not found" in home.fails("preset", "upload", "nosuch")
    assert "not found" not in home.fails("preset", "rename", "nosuch", "x")
    home.ok("preset", "reset")
    assert "no presets" in home.ok("preset", "list")


@covers("backupchan job list", "backupchan job forcerun")
def test_jobs(home, new_target, folder):
    home.ok("backup", "upload", new_target(), folder / "a.txt")
    assert "has been started" in home.ok("job", "forcerun", "recycle_job")
    listed = home.ok("job", "list")
    assert "/ upload_job / Status: FINISHED /" in listed
    assert "integrity_check_job / Interval: 57600 / Next run at" in listed
    assert "404" in home.crashes("job", "forcerun", "nosuch_job")


@covers("backupchan log view", "backupchan log show", "backupchan stats view", "backupchan stats show")
def test_log_and_stats(home, new_target):
    name = new_target()
    assert name in home.ok("log", "view")
    assert len(home.ok("log", "show", "--tail", 1).strip().splitlines()) == 1
    for verb in ("view", "show"):
        shown = home.ok("stats", verb)
        assert "Server version: " in shown and "Total number of backups: " in shown
