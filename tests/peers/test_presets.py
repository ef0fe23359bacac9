"""backupchan-presets: every method, with files, folders, and file by file."""

import pytest
from backupchan import BackupchanAPIError, BackupType
from backupchan_presets import Preset, PresetError, Presets

from server import BCHAN, tree

covers = pytest.mark.covers


def stored(api, server, name):
    """The files of a target's only backup, which is deleted then."""
    [backup] = api.get_target(name)[1]
    files = {path.split("/", 1)[1]: content for path, content in tree(server.storage / name).items()}
    api.delete_backup(backup.id, True)
    return files


@covers("Presets.add", "Presets.save", "Presets.load", "Presets.rename", "Presets.remove", "Preset.from_dict")
def test_presets_are_kept(tmp_path):
    path = str(tmp_path / "folder" / "presets.json")
    presets = Presets(path)
    presets.load()
    presets.add("plain", "/a", "t")
    presets.add("without", "/b", "t", exclude=["*.tmp"])
    presets.add("only", "/c", "t", include=["/x/*"])
    for bad in [("plain", "/a", "t"), ("both", "/a", "t", ["a"], ["b"])]:
        with pytest.raises(PresetError):
            presets.add(*bad)
    presets.rename("plain", "simple")
    presets.save()
    again = Presets(path)
    again.load()
    assert sorted(again) == ["only", "simple", "without"] and len(again) == 3
    assert again["without"] == Preset("/b", "t", ["*.tmp"], None)
    again.remove("only")
    assert "only" not in again


@covers("Preset.upload", "Preset.validate")
def test_a_file_is_uploaded(api, server, new_target, folder):
    name = new_target(BackupType.SINGLE)
    preset = Preset(str(folder / "a.txt"), name, None, None)
    assert isinstance(preset.upload(api, True), int)
    [backup] = api.get_target(name)[1]
    assert tree(server.storage / name) == {f"{name}-{backup.id}.txt": b"a"}
    with pytest.raises(PresetError):
        Preset(str(folder / "nosuch"), name, None, None).upload(api, True)
    with pytest.raises(PresetError):
        Preset(str(folder), name, ["a"], ["b"]).validate()


@covers("Preset.upload")
def test_a_folder_is_uploaded(api, server, new_target, folder):
    name = new_target()
    Preset(str(folder), name, None, None).upload(api, False)
    expected = {f"{folder.name}/{path}": content for path, content in tree(folder).items()}
    assert stored(api, server, name) == expected


@covers("Preset.seq_upload")
def test_files_are_uploaded_one_by_one(api, server, new_target, folder):
    name = new_target()
    everything = tree(folder)
    for exclude, include, expected in [
        (None, None, set(everything)),
        (["*.tmp", "/deep/er/*"], None, {"a.txt", "empty", "deep/ä ö.txt"}),
        (None, ["/deep/*.txt"], {"deep/ä ö.txt", "deep/er/a.txt"}),
        (["*"], None, set()),
    ]:
        preset = Preset(str(folder), name, exclude, include)
        steps = list(preset.seq_upload(api, True))
        assert len(steps) == len(expected)
        files = stored(api, server, name)
        assert files == {path: everything[path] for path in expected}
    with pytest.raises(PresetError):
        list(Preset(str(folder / "a.txt"), name, None, None).seq_upload(api, True))
    with pytest.raises(BackupchanAPIError):
        list(Preset(str(folder), "nosuch", None, None).seq_upload(api, True))
    assert server.left_over() == []


@covers("Preset.seq_upload")
def test_an_interrupted_upload_goes_on(api, server, new_target, folder):
    name, other = new_target(), new_target()
    preset = Preset(str(folder), name, ["*.tmp"], None)
    begun = preset.seq_upload(api, True)
    # What is announced is not yet sent.
    for _ in range(3):
        next(begun)
    begun.close()
    # Another target's upload does not mind, and the server may lose its power.
    list(Preset(str(folder), other, None, None).seq_upload(api, True))
    server.crash()
    assert sum(file.uploaded for file in api.seq_check(name)) == 2
    rest = list(preset.seq_upload(api, True))
    assert [total for _, total, _ in rest] == [2, 2]
    expected = {path: content for path, content in tree(folder).items() if "tmp" not in path}
    assert stored(api, server, name) == expected
    assert stored(api, server, other) == tree(folder)


@covers("backupchan preset new", "backupchan preset upload")
def test_our_program_runs_the_same_presets(home, api, server, new_target, folder):
    name = new_target()
    home.environment["BCHAN_API_KEY"] = server.key
    (folder / "deep" / "[odd]").write_text("odd")
    for number, options in enumerate([
        [],
        ["-e", "*.tmp"],
        ["-e", "/deep/*"],
        ["-e", "a.txt"],
        ["-e", "/a.txt", "*[[]odd]"],
        ["-i", "/deep/er/*", "/empty"],
        ["-i", "*.TXT"],
        ["-i", "/deep/?*t*"],
        ["-i", "*[!o]*.t?t"],
    ]):
        preset = f"preset-{number}"
        home.ok("preset", "new", preset, folder, name, *options)
        home.ok("preset", "upload", "--sequential", preset)
        theirs = stored(api, server, name)
        # Of a target that several presets share, each has less than the one before.
        home.ok("preset", "upload", preset, "--allow-empty", "--allow-shrink", program=BCHAN)
        ours = stored(api, server, name)
        assert ours == {f"{folder.name}/{path}": content for path, content in theirs.items()}, options
