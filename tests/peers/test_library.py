"""backupchan-client-lib: every method of its `API`."""

import hashlib
import io
import os
import socket
import tarfile
import time

import pytest
from backupchan import (
    API,
    BackupchanAPIError,
    BackupRecycleAction,
    BackupRecycleCriteria,
    BackupType,
    SequentialFile,
)

from server import tree

covers = pytest.mark.covers


def code(call, *args, **more):
    """The status of an answer that the library makes an error of."""
    with pytest.raises(BackupchanAPIError) as error:
        call(*args, **more)
    return error.value.status_code


def upload(api, target, content=b"content", name="a.txt", manual=True):
    return api.upload_backup(target, io.BytesIO(content), name, manual)


def wait(api, job):
    """Waits until a job has ended, and gives its state."""
    while True:
        states = {delayed.id: delayed.status for delayed in api.list_jobs()[0]}
        if states[job] not in ("IDLE", "RUNNING"):
            return states[job]
        time.sleep(0.01)


def reference_hash(root):
    """The hash of a tree by its definition, from what Python's walk gives."""
    digest = hashlib.sha256()
    for path, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            file = os.path.join(path, name)
            digest.update(os.path.relpath(file, root).encode())
            with open(file, "rb") as content:
                digest.update(hashlib.sha256(content.read()).hexdigest().encode())
    return digest.hexdigest()


@covers("API.new_target", "API.get_target", "API.list_targets")
def test_a_target_is_as_it_was_made(api, new_target):
    new = {
        "recycle_criteria": BackupRecycleCriteria.AGE,
        "recycle_value": 7,
        "recycle_action": BackupRecycleAction.DELETE,
        "deduplicate": True,
        "min_backups": 2,
        "tags": ["cool", "beans"],
    }
    name = new_target(BackupType.SINGLE, **new)
    target, backups = api.get_target(name)
    assert backups == []
    assert target.target_type == BackupType.SINGLE
    assert {field: getattr(target, field) for field in new} == new
    assert (target.name, target.alias, target.location) == (name, name, name)
    assert api.get_target(target.id)[0] == target
    listed, page = [], 1
    while found := api.list_targets(page):
        assert len(found) <= 10
        listed += found
        page += 1
    assert target in listed and listed == sorted(listed, key=lambda target: target.name)
    assert code(api.get_target, "nosuch") == 404
    assert code(api.list_targets, 0) == 400


@covers("API.new_target")
def test_bad_targets_are_refused(new_target):
    for fields in [
        {"alias": new_target()},
        {"name_template": "x"},
        {"backup_type": "zzz"},
        {"name": " "},
        {"tags": ["a b"]},
        {"location": "../elsewhere"},
    ]:
        assert code(new_target, **fields) in (400, 409), fields


@covers("API.edit_target")
def test_a_target_changes(api, new_target):
    name = new_target(tags=["old"])
    api.edit_target(
        name, "new name", BackupRecycleCriteria.COUNT, 3, BackupRecycleAction.DELETE, f"{name}-b",
        f"{name}-b-$D", True, None, 1, ["new"],
    )
    target = next(found for found in api.search_targets(location=f"{name}-b"))
    assert (target.name, target.recycle_criteria, target.recycle_value) == ("new name", "count", 3)
    assert (target.alias, target.tags, target.deduplicate) == (None, ["new"], True)
    assert code(api.get_target, name) == 404
    same = (target.name, "none", None, "recycle", target.location, "no variable", True, None, 1, [])
    assert code(api.edit_target, target.id, *same) == 400


@covers("API.search_targets")
def test_targets_are_found_by_each_filter(api, new_target):
    name = new_target(
        BackupType.SINGLE,
        recycle_criteria=BackupRecycleCriteria.COUNT,
        recycle_value=3,
        recycle_action=BackupRecycleAction.DELETE,
        deduplicate=True,
        tags=["search", "me"],
    )
    new_target(tags=["search"])
    filters = {
        "name": name[2:],
        "target_type": BackupType.SINGLE,
        "recycle_criteria": BackupRecycleCriteria.COUNT,
        "recycle_action": BackupRecycleAction.DELETE,
        "location": name,
        "name_template": f"{name}-$",
        "deduplicate": True,
        "alias": name.upper(),
        "tags": ["me", "search"],
    }
    for key, value in filters.items():
        assert name in [found.name for found in api.search_targets(**{key: value})], key
    assert [found.name for found in api.search_targets(**filters)] == [name]
    assert api.search_targets(**(filters | {"deduplicate": False})) == []
    assert code(api.search_targets) == 400


@covers("API.upload_backup", "API.download_backup", "API.list_jobs")
def test_a_file_comes_back(api, new_target, tmp_path):
    name = new_target(BackupType.SINGLE)
    job = upload(api, name, bytes(range(256)) * 5000, "dump of today.sql", manual=False)
    assert wait(api, job) == "FINISHED"
    [backup] = api.get_target(name)[1]
    assert (backup.manual, backup.is_recycled, backup.filesize) == (False, False, 1_280_000)
    assert backup.created_at.tzinfo and backup.pretty_created_at()
    path = api.download_backup(backup.id, str(tmp_path))
    assert os.path.basename(path) == f"{name}-{backup.id}.sql"
    with open(path, "rb") as file:
        assert file.read() == bytes(range(256)) * 5000
    assert code(api.download_backup, "nosuch", str(tmp_path)) == 404
    assert code(upload, api, "nosuch") == 404


@covers("API.upload_backup", "API.download_backup")
def test_a_file_in_a_folder_comes_back(api, server, new_target, tmp_path):
    name = new_target()
    upload(api, name, b"plain", "note ä.txt")
    [backup] = api.get_target(name)[1]
    assert tree(server.storage / name) == {f"{name}-{backup.id}/note ä.txt": b"plain"}
    path = api.download_backup(backup.id, str(tmp_path))
    with tarfile.open(path) as archive:
        assert archive.getnames() == ["note ä.txt"]


@covers("API.upload_backup_folder", "API.download_backup")
def test_a_folder_comes_back(api, server, new_target, folder, tmp_path):
    (folder / "link").symlink_to("deep/ä ö.txt")
    (folder / "up").symlink_to("deep")
    name = new_target()
    assert wait(api, api.upload_backup_folder(name, str(folder), True)) == "FINISHED"
    [backup] = api.get_target(name)[1]
    stored = server.storage / name / f"{name}-{backup.id}"
    assert tree(stored / folder.name) == tree(folder)
    assert os.readlink(stored / folder.name / "link") == "deep/ä ö.txt"
    # The hash is what the definition makes of what lies there.
    shown = api.connection.get(f"target/{name}").json_body["backups"][0]
    assert shown["hash"] == reference_hash(stored) and shown["hash_mismatch"] is False
    out = tmp_path / "out"
    with tarfile.open(api.download_backup(backup.id, str(tmp_path))) as archive:
        archive.extractall(out)
    assert tree(out / folder.name) == tree(folder)
    single = new_target(BackupType.SINGLE)
    assert code(api.upload_backup_folder, single, str(folder), True) is None


@covers("API.upload_backup_folder")
def test_a_link_to_nowhere_is_no_failure(api, server, new_target, folder):
    (folder / "dangling").symlink_to("nowhere")
    (folder / "out").symlink_to("/etc/hostname")
    name = new_target()
    assert wait(api, api.upload_backup_folder(name, str(folder), True)) == "FINISHED"
    [backup] = api.get_target(name)[1]
    stored = server.storage / name / f"{name}-{backup.id}" / folder.name
    assert os.readlink(stored / "dangling") == "nowhere"
    # Neither of them counts.
    (stored / "dangling").unlink()
    (stored / "out").unlink()
    shown = api.connection.get(f"target/{name}").json_body["backups"][0]
    assert shown["hash"] == reference_hash(stored.parent)


@covers("API.recycle_backup", "API.list_recycled_backups", "API.delete_backup")
def test_a_backup_is_recycled_restored_and_deleted(api, server, new_target):
    name = new_target()
    upload(api, name)
    [backup] = api.get_target(name)[1]
    listed = lambda: backup.id in [recycled.id for recycled in api.list_recycled_backups()]
    api.recycle_backup(backup.id, True)
    assert listed() and api.get_target(name)[1][0].is_recycled
    assert tree(server.storage / name) == {}
    api.recycle_backup(backup.id, False)
    assert not listed() and len(tree(server.storage / name)) == 1
    api.delete_backup(backup.id, True)
    assert api.get_target(name)[1] == [] and tree(server.storage / name) == {}
    for call in (api.recycle_backup, api.delete_backup):
        assert code(call, backup.id, True) == 404


@covers("API.delete_backup")
def test_a_single_file_goes_with_its_backup(api, server, new_target):
    name = new_target(BackupType.SINGLE)
    upload(api, name)
    upload(api, name)
    newest, oldest = api.get_target(name)[1]
    api.delete_backup(newest.id, True)
    api.delete_backup(oldest.id, False)
    assert list(tree(server.storage / name)) == [f"{name}-{oldest.id}.txt"]


@covers("API.delete_target_backups", "API.delete_target_recycled_backups")
def test_backups_of_a_target_are_deleted(api, server, new_target):
    name = new_target()
    for _ in range(3):
        upload(api, name)
    api.recycle_backup(api.get_target(name)[1][0].id, True)
    api.delete_target_recycled_backups(name, True)
    assert [backup.is_recycled for backup in api.get_target(name)[1]] == [False, False]
    api.delete_target_backups(name, True)
    assert api.get_target(name)[1] == [] and tree(server.storage / name) == {}
    for call in (api.delete_target_backups, api.delete_target_recycled_backups):
        assert code(call, "nosuch", True) == 404


@covers("API.delete_target")
def test_a_target_is_deleted(api, server, new_target):
    kept, gone = new_target(), new_target()
    for name in (kept, gone):
        upload(api, name)
    api.delete_target(kept, False)
    api.delete_target(gone, True)
    assert len(tree(server.storage / kept)) == 1 and not (server.storage / gone).exists()
    for name in (kept, gone):
        assert code(api.get_target, name) == 404
        assert code(api.delete_target, name, True) == 404


@covers("API.clear_recycle_bin", "API.list_recycled_backups")
def test_the_recycle_bin_is_emptied(api, server, new_target):
    name = new_target()
    upload(api, name)
    api.recycle_backup(api.get_target(name)[1][0].id, True)
    assert tree(server.data / "recycle-bin")
    api.clear_recycle_bin(True)
    assert api.list_recycled_backups() == [] and api.get_target(name)[1] == []
    assert tree(server.data / "recycle-bin") == {}


@covers("API.get_log")
def test_the_log_is_shown(api, new_target):
    name = new_target()
    assert name in api.get_log(0)
    assert len(api.get_log(1).splitlines()) == 1


@covers("API.view_stats")
def test_the_numbers_grow(api, new_target):
    before = api.view_stats()
    name = new_target()
    upload(api, name, b"0123456789")
    upload(api, name, b"012345")
    api.recycle_backup(api.get_target(name)[1][0].id, True)
    after = api.view_stats()
    assert after.program_version
    grown = lambda field: getattr(after, field) - getattr(before, field)
    assert grown("total_targets") == 1 and grown("total_backups") == 2
    assert grown("total_recycled_backups") == 1
    assert grown("total_target_size") + grown("total_recycle_bin_size") == 16


@covers("API.list_jobs", "API.force_run_job")
def test_jobs_are_listed_and_run(api):
    _, scheduled = api.list_jobs()
    assert {job.name: job.interval for job in scheduled} == {
        "recycle_job": 3600,
        "backup_filesize_job": 7200,
        "deduplicate_job": 18000,
        "stale_seq_upload_job": 3600,
        "tmp_purge_job": 43200,
        "integrity_check_job": 57600,
    }
    assert all(job.pretty_next_run() for job in scheduled)
    for job in scheduled:
        api.force_run_job(job.name)
        newest = max(api.list_jobs()[0], key=lambda delayed: delayed.id)
        assert newest.name == job.name and wait(api, newest.id) == "FINISHED"
    assert code(api.force_run_job, "nosuch_job") == 404


@covers("API.list_jobs")
def test_a_job_that_has_not_ended_is_listed(api, server, new_target, remark):
    remark("API.list_jobs", "crashes on the 0 of the reference, not on our date of the epoch")
    name = new_target()
    with socket.create_connection(("127.0.0.1", server.port)) as stalled:
        head = (
            f"POST /api/target/{name}/upload HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {server.key}\r\nContent-Length: 1000\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
        )
        stalled.sendall(head.encode())
        while not (running := [job for job in api.list_jobs()[0] if job.status == "RUNNING"]):
            time.sleep(0.01)
        assert running[0].end_time.year == 1970 and running[0].pretty_end_time()
    assert wait(api, running[0].id) == "ERROR"


FILES = [("/", "a"), ("/deep/er", "a"), ("/deep", "ä ö"), ("/", "empty")]


@covers("API.seq_begin", "API.seq_check", "API.seq_upload", "API.seq_finish")
def test_files_come_one_by_one(api, server, new_target):
    name = new_target()
    files = [SequentialFile(path, file, False) for path, file in FILES]
    assert code(api.seq_check, name) == 400
    api.seq_begin(name, files, False)
    assert code(api.seq_begin, name, files, False) == 400
    for number, file in enumerate(files):
        assert code(api.seq_finish, name) == 409
        # The server may be restarted at any time.
        server.crash()
        assert [file.uploaded for file in api.seq_check(name)] == [i < number for i in range(4)]
        content = b"" if file.name == "empty" else f"content of {file.name}".encode()
        api.seq_upload(name, io.BytesIO(content), file)
        assert code(api.seq_upload, name, io.BytesIO(b"again"), file) == 409
    assert code(api.seq_upload, name, io.BytesIO(b"x"), SequentialFile("/", "other", False)) == 400
    api.seq_finish(name)
    [backup] = api.get_target(name)[1]
    assert backup.manual is False
    stored = tree(server.storage / name / f"{name}-{backup.id}")
    assert stored == {
        "a": b"content of a",
        "deep/er/a": b"content of a",
        "deep/ä ö": "content of ä ö".encode(),
        "empty": b"",
    }
    assert server.left_over() == [] and code(api.seq_check, name) == 400


@covers("API.seq_begin")
def test_hostile_lists_are_refused(api, new_target):
    name = new_target()
    for files in [
        [("/..", "a")], [("/", "../a")], [("a", "b")], [("/", "a"), ("/", "a")],
        [("/", "a"), ("/a", "b")], [("//", "a")], [("/", "/etc/passwd")], [("/", "")],
    ]:
        files = [SequentialFile(path, file, False) for path, file in files]
        assert code(api.seq_begin, name, files, True) == 400, files
    single = new_target(BackupType.SINGLE)
    assert code(api.seq_begin, single, [SequentialFile("/", "a", False)], True) == 400
    assert code(api.seq_begin, "nosuch", [], True) == 404
    assert code(api.seq_check, name) == 400


@covers("API.seq_terminate")
def test_what_is_given_up_leaves_nothing(api, server, new_target):
    name, other = new_target(), new_target()
    files = [SequentialFile("/", "old", False), SequentialFile("/", "older", False)]
    for target in (name, other):
        api.seq_begin(target, files, True)
        api.seq_upload(target, io.BytesIO(b"old"), files[0])
    api.seq_terminate(name)
    assert code(api.seq_terminate, name) == 400
    # Another target's is not touched, and nothing is in the next one.
    assert [file.uploaded for file in api.seq_check(other)] == [True, False]
    api.seq_terminate(other)
    assert server.left_over() == [] and tree(server.storage / name) == {}
    api.seq_begin(name, [SequentialFile("/", "new", False)], True)
    api.seq_upload(name, io.BytesIO(b"new"), SequentialFile("/", "new", False))
    api.seq_finish(name)
    assert [path.split("/")[1] for path in tree(server.storage / name)] == ["new"]


@covers("API.list_targets")
def test_keys_open_and_others_do_not(server):
    wrong = API("http://127.0.0.1", server.port, "bakch-" + 64 * "0")
    assert code(wrong.list_targets) == 403
    assert API("http://127.0.0.1/", server.port, server.key).list_targets() is not None
    assert code(API("127.0.0.1", server.port, "").list_targets) in (401, 403)


@covers("API.list_targets")
def test_a_server_without_a_key_needs_none(tmp_path):
    from server import Server

    server = Server(tmp_path, with_key=False)
    assert API("127.0.0.1", server.port, "").list_targets() == []
    server.stop()
