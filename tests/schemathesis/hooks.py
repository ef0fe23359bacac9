"""What the description cannot say: what is there, and what else the answer depends on."""

import hashlib
import itertools
import os

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

SERVER = os.environ["BCHAN_SERVER"]
KEY = {"Authorization": f"Bearer {os.environ['BCHAN_API_KEY']}"}

# Faults of good requests, which are good but for the state of the server, its folders, or what
# only counting bytes can tell. Each part of a message stands for one answer with 400.
EXCUSES = {
    "GET /api/target/search": ["at least one filter"],
    "POST /api/target": ["location must lie under", "is too long", "names longer than"],
    # Whether a new value fits depends on the criteria that are there, and the other way round.
    "PATCH /api/target/{target}": [
        "location must lie under",
        "is too long",
        "names longer than",
        "recycle_value is required",
        "recycle_value must be at least 1",
    ],
    # Targets of one file, and names of files, which schemas say nothing of.
    "POST /api/target/{target}/upload": [
        "takes exactly one file",
        "two files of the upload are called",
        "its sha256 differs",
        "its receipt differs",
        "sha256 must come after",
    ],
    # The Python client wants 400 where others would say 409.
    "POST /api/seq/{target}/begin": [
        "Target busy",
        "needs a target of the type multi",
        "is in the list twice",
        "as a file and as a directory",
        "is too long",
    ],
    "GET /api/seq/{target}": ["no sequential upload"],
    "POST /api/seq/{target}/upload": ["no sequential upload", "not in the list", "is too long"],
    "POST /api/seq/{target}/finish": ["no sequential upload"],
    "POST /api/seq/{target}/terminate": ["no sequential upload"],
}

# An upload that refers to an earlier one is sent like any other.
EXCUSES["POST /api/target/{target}/increment"] = EXCUSES["POST /api/target/{target}/upload"]
UPLOADS = ("POST /api/target/{target}/upload", "POST /api/target/{target}/increment")

numbers = itertools.count(1)
used = set()


def ask(method, path, **more):
    return requests.request(method, SERVER + path, headers=KEY, timeout=60, **more)


def target(alias, kind):
    """Makes sure that there is a target of this name, whatever the requests before have done."""
    number = next(numbers)
    ask(
        "POST",
        "/api/target",
        json={
            "name": alias,
            "alias": alias,
            "backup_type": kind,
            "location": f"{alias}-{number}",
            "name_template": f"{alias}-{number}-$I",
        },
    )
    return alias


def backup():
    """The id of a new backup."""
    path = f"/api/target/{target('docs', 'multi')}/upload"
    return ask("POST", path, files={"backup_file": ("a.txt", b"content")}).json()["backup_id"]


def sequence(files):
    """Begins a sequential upload of these files."""
    alias = target("docs", "multi")
    ask("POST", f"/api/seq/{alias}/terminate")
    ask("POST", f"/api/seq/{alias}/begin", json={"file_list": files})
    return alias


def sound(case, location):
    """Whether a part of a request is as the description has it."""
    part = case.meta.components.get(location)
    return part is None or part.mode.is_positive


def content(part):
    return getattr(part, "data", None) or str(part).encode()


@schemathesis.hook
def filter_case(ctx, case):
    """Leaves out forms that are bad only until they are sent: there, all is text, and of an empty
    list nothing is left. And searches with values that are good under the next name.
    """
    body = case.body
    if case.operation.label == "GET /api/target/search":
        query = case.query or {}
        bad = case.meta is not None and not sound(case, ParameterLocation.QUERY)
        return not (bad and "alias" in query and "tags" not in query)
    if case.operation.label not in UPLOADS or not isinstance(body, dict):
        return True
    if case.meta is None or sound(case, ParameterLocation.BODY):
        return True
    sent = {name: value for name, value in body.items() if value != []}
    flag = str(sent.get("manual", 0)).lower()
    good = flag in ("1", "0", "true", "false", "on", "off", "yes", "no")
    return not (good and "backup_file" in sent and "sha256" not in sent)


def refresh(values, name, pattern):
    """Puts another value in the place of one that must be unique and was there before."""
    if values.get(name) in used:
        values[name] = pattern.format(next(numbers))
    if values.get(name) is not None:
        used.add(values[name])


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Has requests ask for what there is; else most of them would only hear of what is not.

    Links look after themselves.
    """
    if case.meta is None:
        return
    body = case.body
    good_form = isinstance(body, dict) and sound(case, ParameterLocation.BODY)
    # The answer would be that of the first upload, whatever else the request is.
    if "Idempotency-Key" in case.headers and sound(case, ParameterLocation.HEADER):
        refresh(case.headers, "Idempotency-Key", "key {}")
    if case.operation.path in ("/api/target", "/api/target/{target}") and good_form:
        refresh(body, "name_template", "$I {}")
        refresh(body, "alias", "alias {}")
    if case.meta.phase.name.value == "stateful" or not sound(case, ParameterLocation.PATH):
        return
    label = case.operation.label
    if "{backup}" in label:
        case.path_parameters["backup"] = backup()
    elif label == "POST /api/seq/{target}/upload" and good_form:
        file = {name: str(body.get(name)) for name in ("path", "name")}
        case.path_parameters["target"] = sequence([file])
    elif label == "POST /api/seq/{target}/begin":
        sequence([])
        ask("POST", "/api/seq/docs/terminate")
        case.path_parameters["target"] = "docs"
    elif "/seq/{target}" in label:
        case.path_parameters["target"] = sequence([])
    elif "{target}" in label:
        kind = "single" if next(numbers) % 4 == 0 else "multi"
        alias = "letter" if kind == "single" else "docs"
        case.path_parameters["target"] = target(alias, kind)
    is_upload = label in UPLOADS or label.endswith("{target}/upload")
    if is_upload and good_form and "sha256" in body:
        # It is of the file, and behind it.
        del body["sha256"]
        files = body["backup_file"]
        last = files[-1] if isinstance(files, list) else files
        body["sha256"] = hashlib.sha256(content(last)).hexdigest()


@schemathesis.check
def refused_for_a_reason(ctx, response, case):
    """A good request is refused with 400 only for what the description cannot say."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    excuses = EXCUSES.get(case.operation.label, [])
    if response.status_code == 400 and case.method.upper() == case.operation.method.upper():
        message = response.json()["message"]
        assert any(excuse in message for excuse in excuses), message
