"""What bchan and Python's keyring see of each other in one Secret Service."""

import json
import os
import subprocess
from pathlib import Path

import keyring

BCHAN, KEY, URL = (os.environ[name] for name in ("BCHAN", "KEY", "URL"))
OLD = (("backupchan", "api_key"))
passed = 0


def bchan(*words, code=0, stdin="", **env):
    run = subprocess.run(
        [BCHAN, *words], input=stdin, capture_output=True, text=True, env=os.environ | env
    )
    assert run.returncode == code, run
    assert KEY not in run.stdout + run.stderr, run
    return run.stdout + run.stderr


def check(what, holds):
    global passed
    assert holds, what
    passed += 1
    print(f"ok  {what}")


host, port = URL.removeprefix("http://").split(":")
config = Path.home() / ".config/backupchan/config.json"
config.write_text(json.dumps({"host": host, "port": int(port)}))

bchan("target", "list", code=12)
keyring.set_password(*OLD, KEY)
bchan("target", "create", "--name", "docs")
check("the Python client's configuration and key are used", "docs" in bchan("target", "list"))
shown = json.loads(bchan("config", "show", "-o", "json"))
check("config show says where the key is", shown["api_key"]["origin"] == "keyring")

bchan("target", "list", code=12, BCHAN_SERVER=URL)
check("its key goes to no other server", True)

bchan("config", "import")
check("import keeps the key for its server", keyring.get_password("bchan", URL) == KEY)
keyring.delete_password(*OLD)
check("what was imported is enough", "docs" in bchan("target", "list"))

bchan("logout")
check("logout forgets it", keyring.get_password("bchan", URL) is None)
bchan("target", "list", code=12)

bchan("login", stdin="bakch-wrong\n", code=12)
check("a key that the server refuses is not kept", keyring.get_password("bchan", URL) is None)
bchan("login", stdin=KEY + "\n")
check("login keeps it where Python finds it", keyring.get_password("bchan", URL) == KEY)

# Items of the same name under another label, as the two write them.
keyring.set_password("bchan", URL, KEY)
check("two items of one name are no riddle", "docs" in bchan("target", "list"))
bchan("login", stdin=KEY + "\n")
bchan("logout")
bchan("target", "list", code=12)
check("logout forgets both", keyring.get_password("bchan", URL) is None)

print(f"{passed} passed, 0 failed")
