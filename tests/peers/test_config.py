"""backupchan-client-config: every method, and that our program reads what it writes."""

import json
import os

import keyring
import pytest
from backupchan_config import Config, ConfigException
from keyrings.alt.file import PlaintextKeyring

from server import BCHAN

covers = pytest.mark.covers


@pytest.fixture
def ring(tmp_path, monkeypatch):
    """A keyring of plain text for this process."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    before = keyring.get_keyring()
    keyring.set_keyring(PlaintextKeyring())
    yield
    keyring.set_keyring(before)


@covers(
    "Config.save_config", "Config.save_api_key", "Config.read_config", "Config.parse_config",
    "Config.retrieve_api_key", "Config.is_incomplete", "Config.get_config_path",
    "Config.get_config_file_dir",
)
def test_what_is_saved_is_read(ring, server, tmp_path):
    path = tmp_path / "folder" / "config.json"
    config = Config(str(path))
    assert config.is_incomplete() and config.get_config_path() == str(path)
    assert config.get_config_file_dir() == str(path.parent)
    with pytest.raises(ConfigException):
        config.save_config()
    with pytest.raises(ConfigException):
        config.read_config()
    config.host, config.port, config.api_key = "http://127.0.0.1", server.port, server.key
    config.save_config()
    assert json.loads(path.read_text()) == {"host": "http://127.0.0.1", "port": server.port}
    again = Config(str(path))
    again.read_config()
    assert (again.host, again.port, again.api_key) == (config.host, config.port, config.api_key)
    assert not again.is_incomplete()


@covers("Config.reset", "Config.delete_api_key")
def test_a_reset_forgets_all(ring, server, tmp_path):
    path = str(tmp_path / "config.json")
    config = Config(path)
    config.host, config.port, config.api_key = "127.0.0.1", server.port, server.key
    config.save_config()
    config.reset()
    assert config.is_incomplete() and os.path.exists(path)
    config.reset(True)
    assert not os.path.exists(path) and keyring.get_password("backupchan", "api_key") is None
    config.delete_api_key()


@covers("backupchan config new")
def test_our_program_goes_where_the_python_program_goes(home, server, new_target):
    name = new_target()
    home.environment["BCHAN_API_KEY"] = server.key
    shown = home.ok("target", "show", name, "-o", "json", program=BCHAN)
    assert json.loads(shown)["target"]["alias"] == name
