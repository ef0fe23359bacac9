#!/usr/bin/env python3
"""Checks the structure of the workspace from the `use` lines of its files.

    tests/structure.py [--list]

Fails if files import each other in a circle, if a crate names a crate that it must not know, or if
something is used outside the place that it belongs to. With --list, prints the crates that each
crate names. Needs nothing but Python 3.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The crates of the workspace that each crate may name. Tests may name more.
MAY_KNOW = {
    "api": [],
    "archive": [],
    "client": ["api"],
    "agent": ["api", "archive", "client"],
    "failpoint": [],
    "catalog": ["api", "failpoint"],
    "storage": ["api", "archive", "catalog", "failpoint"],
    "engine": ["api", "archive", "catalog", "failpoint", "storage"],
    "http": [],
    "server": ["api", "archive", "catalog", "engine", "failpoint", "http", "storage"],
    "import": ["api", "archive", "catalog", "engine", "server", "storage"],
    "testkit": ["archive"],
    "faultdisk": [],
    "bchan": ["agent", "api", "archive", "client", "import", "server"],
}

# Patterns, and the files (prefixes of their paths) that may contain them.
WRITES = r"\bfs::(write|rename|remove_\w+|create_dir\w*|copy|hard_link|set_permissions)\b"
WRITES += r"|\bOpenOptions\b|\bFile::create\b|\bDirBuilder\b"
BELONGS = [
    (r"\brusqlite\b", ["crates/catalog/src/sqlite"]),
    (r"(?<!:)\btiny_http::[A-Z]", ["crates/http/src/upstream/tiny_http.rs"]),
    (r"\bApiError\b", ["crates/server/src/api"]),
    (r"\be?print(ln)?!|io::stdout\(\)", ["src/ui"]),
    (
        WRITES,
        [
            "crates/agent",
            "crates/archive",
            "crates/catalog/src/sqlite",
            "crates/failpoint",
            "crates/faultdisk",
            "crates/http/src/upstream/socket.rs",
            "crates/import",
            "crates/server/src/auth",
            "crates/server/src/control",
            "crates/server/src/log",
            "crates/server/src/start.rs",
            "crates/storage",
            "crates/testkit",
            "src",
        ],
    ),
    (r"^\s*//[/!] (What|Whether|Who|Whoever|Whom|Whose|Why)\b", []),
    (r"See the module\.", []),
    (r"(?i)\b(whoever|anew|mends?|for want of)\b", []),
]


def without_comments(text):
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r'"(?:\\.|[^"\\])*"', '""', text, flags=re.S)


def without_tests(text):
    """Removes items behind `#[cfg(test)]` from Rust source without comments and strings."""
    result, at = "", 0
    item = r"#\[cfg\((?:all\(|any\()?test[^\]]*\)\]\s*(?:pub(?:\([^)]*\))?\s+)?"
    item += r"(?:mod\s+\w+\s*[{;]|use[^;]*;|(?:fn|impl|static|const|thread_local!)[^{;]*[{;])"
    for match in re.finditer(item, text):
        if match.start() < at:
            continue
        result += text[at : match.start()]
        at = match.end()
        if text[at - 1] == "{":
            depth = 1
            while depth and at < len(text):
                depth += (text[at] == "{") - (text[at] == "}")
                at += 1
    return result + text[at:]


def expand(tree, prefix=()):
    """Lists the paths of a `use` tree, each with the name that it gets."""
    tree = tree.strip()
    match = re.match(r"^([\w:]*?)(?:::)?\{(.*)\}$", tree, re.S)
    if not match:
        path, _, name = tree.partition(" as ")
        path = list(prefix) + [part.strip() for part in path.split("::") if part.strip()]
        return [(path, name.strip() or path[-1])] if path else []
    prefix = list(prefix) + [part for part in match.group(1).split("::") if part]
    paths, depth, part = [], 0, ""
    for char in match.group(2) + ",":
        depth += (char == "{") - (char == "}")
        if char == "," and depth == 0:
            paths += expand(part, prefix)
            part = ""
        else:
            part += char
    return paths


class Crate:
    """The modules of one crate, each a tuple of names, and the files that each imports."""

    def __init__(self, root):
        self.files = {}
        for path in sorted(root.rglob("*.rs")):
            parts = list(path.relative_to(root).with_suffix("").parts)
            if "tests" in parts:
                continue
            if parts[-1] in ("mod", "lib", "main"):
                parts.pop()
            self.files[tuple(parts)] = path
        self.text = {
            module: without_tests(without_comments(path.read_text()))
            for module, path in self.files.items()
        }
        self.exports = {module: {} for module in self.files}
        self.paths = {module: self.paths_in(module) for module in self.files}
        self.imports = {module: set() for module in self.files}
        for module, paths in self.paths.items():
            for path in paths:
                found, rest = self.resolve(path)
                if found != module and rest:
                    self.imports[module].add(found)

    def absolute(self, module, path):
        """Makes a path absolute in the crate; None for paths of other crates."""
        if path[0] == "crate":
            return path[1:]
        if path[0] == "self":
            return list(module) + path[1:]
        if path[0] == "super":
            parent = list(module)
            while path and path[0] == "super":
                parent, path = parent[:-1], path[1:]
            return parent + path
        if tuple(module) + (path[0],) in self.files:
            return list(module) + path
        return None

    def paths_in(self, module):
        text, paths = self.text[module], []
        for match in re.finditer(r"\buse\s+([^;]+);", text):
            for path, name in expand(match.group(1)):
                path = self.absolute(module, path)
                if path:
                    paths.append(path)
                    self.exports[module][name] = path
        body = re.sub(r"\buse\s+[^;]+;", "", text)
        for match in re.finditer(r"\b(?:crate|super|self)(?:::\w+)+", body):
            paths.append(self.absolute(module, match.group().split("::")))
        # Paths that begin with an imported module or with a child.
        names = {path[-1]: path for path in paths if path and tuple(path) in self.files}
        for child in self.files:
            if len(child) == len(module) + 1 and child[:-1] == module:
                names.setdefault(child[-1], list(child))
        for name, path in names.items():
            for match in re.finditer(r"(?<![:\w])" + name + r"((?:::\w+)+)", body):
                paths.append(path + match.group(1)[2:].split("::"))
        return [path for path in paths if path]

    def resolve(self, path, depth=0):
        """Finds the file that defines what a path names, through re-exports."""
        at = next(at for at in range(len(path), -1, -1) if tuple(path[:at]) in self.files)
        module, rest = tuple(path[:at]), path[at:]
        if rest and rest[0] in self.exports[module] and depth < 8:
            target = self.exports[module][rest[0]]
            if target != path:
                return self.resolve(target + rest[1:], depth + 1)
        return module, rest

    def circles(self):
        """Lists the groups of files that import each other (Tarjan's algorithm)."""
        index, low, stack, found = {}, {}, [], []

        def visit(module):
            index[module] = low[module] = len(index)
            stack.append(module)
            for other in self.imports[module]:
                if other not in index:
                    visit(other)
                    low[module] = min(low[module], low[other])
                elif other in stack:
                    low[module] = min(low[module], index[other])
            if low[module] == index[module]:
                group = stack[stack.index(module) :]
                del stack[stack.index(module) :]
                if len(group) > 1:
                    found.append(sorted(group))

        for module in self.files:
            if module not in index:
                visit(module)
        return found


def crates():
    yield "bchan", ROOT / "src"
    for manifest in sorted(ROOT.glob("crates/*/Cargo.toml")):
        yield manifest.parent.name, manifest.parent / "src"


def main():
    sys.setrecursionlimit(10_000)
    faults = []
    for name, root in crates():
        crate = Crate(root)
        for group in crate.circles():
            files = ", ".join(str(crate.files[module].relative_to(ROOT)) for module in group)
            faults.append(f"these files import each other: {files}")
        known = {
            other: module
            for module, text in crate.text.items()
            for other in re.findall(r"\bbchan_(\w+)", text)
        }
        if "--list" in sys.argv:
            print(f"{name}: {', '.join(sorted(known)) or '-'}")
        for other, module in known.items():
            if other not in MAY_KNOW[name]:
                path = crate.files[module].relative_to(ROOT)
                faults.append(f"{path} names bchan-{other}, which {name} must not know")
    for path in sorted([*ROOT.glob("src/**/*.rs"), *ROOT.glob("crates/*/src/**/*.rs")]):
        place = str(path.relative_to(ROOT))
        if "tests" in path.parts or path.name.endswith("tests.rs"):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line.startswith("#[cfg(test)]"):
                # Tests come last.
                break
            for pattern, allowed in BELONGS:
                if re.search(pattern, line) and not place.startswith(tuple(allowed)):
                    faults.append(f"{place}:{number} has `{line.strip()}`")
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    sys.exit(1 if faults else 0)


main()
