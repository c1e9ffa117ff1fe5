# SPDX-License-Identifier: GPL-3.0-or-later
"""Package repositories of apt: read from their files in sources.list.d (deb822, as of sources.list(5)). The controller writes them.

Whether one can be had is asked of apt itself, with its own proxies and certificates, before anything is touched: a source that cannot be
read keeps apt from everything else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypedDict, cast

from .._ledger import shapes
from . import model, protocol

if TYPE_CHECKING:
    Fields = dict[str, str]

NAME, KEY, SHARED = "repository", "repositories", model.ALIKE
WORDS, PREFIX = ("repository", "repositories"), "repository "
ACCOUNTS = False
SCHEMA: model.Schema = {"type": "dict", "default": {}}
ENTRY: model.Schema = {
    "uri": {"type": "str", "required": True},
    "suite": {"type": "str", "required": True},
    "components": {"type": "list", "elements": "str", "default": []},
    "key": {"type": "str", "required": True, "no_log": False},
}
SHAPE = shapes.each(shapes.TEXT)

FOLDER = "/etc/apt/sources.list.d/"
HELPER = "/usr/lib/apt/apt-helper"
#: what signs it, which is shown by its digest
SIGNED = "signed-by"
_NAME = "[a-z0-9][a-z0-9-]*"
_URI = r"(https?|file|mirror\+https?)://?[^\s\"'#]+"
_WORD = r"[A-Za-z0-9./][A-Za-z0-9._/+-]*"
_ARMOUR = "-----BEGIN PGP PUBLIC KEY BLOCK-----"


class Repository(TypedDict):
    """As declared. ``key``: an armoured block, or the whole path of a keyring on the host."""

    uri: str
    suite: str
    components: list[str]
    key: str


def checked(given: dict[str, Repository]) -> dict[str, Repository]:
    for name, repository in given.items():
        wrong = next(_wrong(name, repository), "")
        if wrong:
            raise model.ConvergeError(f"repositories {name}: {wrong}")
    return given


def _wrong(name: str, repository: Repository) -> Iterator[str]:
    if not re.fullmatch(_NAME, name):
        yield "the name is that of its file, without .sources; use small letters, digits and '-'"
    if not re.fullmatch(_URI, repository["uri"]):
        yield f"uri {repository['uri']!r} is none; write it as in https://download.example/linux/debian"
    for word in [repository["suite"], *repository["components"]]:
        if not re.fullmatch(_WORD, word):
            yield f"'{word}' is no name of a suite or component; use what follows the URI in the repository's own manual"
    if bool(repository["components"]) is repository["suite"].endswith("/"):
        yield "a suite has components, but for a directory, which ends with '/' and has none"
    key = repository["key"].strip()
    if not key.startswith("/") and not (key.startswith(_ARMOUR) and key.endswith(_ARMOUR.replace("BEGIN", "END"))):
        yield f"key has to be what it is signed with: a block that begins with {_ARMOUR}, or the whole path of a keyring"


def entries(declared: dict[str, Repository]) -> Mapping[str, model.Json]:
    return {name: {**one} for name, one in values(declared).items()}


def values(declared: dict[str, Repository]) -> dict[str, Fields]:
    """As they are in its file."""
    return {name: _fields(repository) for name, repository in declared.items()}


def _fields(repository: Repository) -> Fields:
    found = {"types": "deb", "uris": repository["uri"], "suites": repository["suite"], SIGNED: _lines(repository["key"])}
    return {**found, "components": " ".join(repository["components"])} if repository["components"] else found


def _lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def observe(names: list[str], folder: str = FOLDER) -> dict[str, Fields]:
    found = {}
    for name in names:
        try:
            with open(os.path.join(folder, f"{name}.sources"), encoding="utf-8", errors="replace") as handle:
                found[name] = parse(handle.read())
        except FileNotFoundError:
            continue
    return found


def parse(text: str) -> Fields:
    """Pure. Every field counts: one that somebody added may turn it off, or its signatures. A file of several repositories is not ours."""
    found: Fields = {}
    last = ""
    for line in text.strip().splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t"):
            found[last] = f"{found.get(last, '')}\n{line.strip() if line.strip() != '.' else ''}".lstrip("\n")
        elif line.strip():
            last, _, value = (part.strip() for part in line.partition(":"))
            last = last.lower()
            found[last] = value
        else:
            last = "and another one"
            found[last] = ""
    found.pop("x-repolib-name", None)
    return found


def found(want: Fields, seen: Fields | None) -> Fields | None:
    return seen


def plan(declared: dict[str, Repository], seen: Mapping[str, Fields], last: model.Applied) -> list[model.Change]:
    changes = []
    for name, want in values(declared).items():
        have = seen.get(name)
        if have != want:
            action = "create" if have is None else "update"
            origin = model.origin(want, last.values.get(name), have)
            changes.append(model.Change(model.Resource(NAME, name), action, origin, _differing(have or {}, want)))
    return [*changes, *_removals(set(declared), seen, last)]


def _differing(have: Fields, want: Fields) -> dict[str, list[model.Json]]:
    return {key: [_shown(key, have.get(key)), _shown(key, want.get(key))] for key in {**have, **want} if have.get(key) != want.get(key)}


def _shown(key: str, value: str | None) -> str | None:
    """Of a block of sixty lines one sees no difference."""
    if key != SIGNED or value is None or value.startswith("/"):
        return value
    import hashlib  # a repository that is as declared shows nothing

    return f"key sha256:{hashlib.sha256(value.encode()).hexdigest()[:16]}"


def _removals(declared: set[str], seen: Mapping[str, Fields], last: model.Applied) -> Iterator[model.Change]:
    for name in last.values:
        if name in declared or name not in seen:
            continue
        have, applied, before = seen[name], cast("Fields", last.values[name]), cast("Fields | None", last.before.get(name))
        if before is None:
            yield last.gone(NAME, name, {"uris": [have.get("uris"), None]}, certain=name in last.before)
        elif have == applied and have != before:
            # all of it: the module writes a whole file
            fields: dict[str, list[model.Json]] = {key: [have.get(key), value] for key, value in before.items()}
            yield model.Change(model.Resource(NAME, name), "restore", fields=fields, why="no longer declared")


def refuse_unreachable(changes: list[model.Change], declared: dict[str, Repository]) -> None:
    """ConvergeError for a repository that is about to be written and cannot be read from here. One file of it is downloaded and dropped."""
    for change in changes:
        if change.name in declared:
            why = _unreachable(declared[change.name])
            if why:
                raise model.ConvergeError(
                    f"repository {change.name} cannot be had from this host: {why}; let the host reach it (or apt's proxy, "
                    "/etc/apt/apt.conf.d), or declare a mirror that it reaches"
                )


def _unreachable(repository: Repository) -> str:
    import tempfile  # only a new repository is asked for

    from .._host import run

    if not os.path.exists(HELPER):
        return "there is no apt on it"
    place = f"{repository['uri'].rstrip('/')}/{'' if repository['suite'].endswith('/') else 'dists/'}{repository['suite'].rstrip('/')}"
    options = ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=15", "-o", "APT::Sandbox::User=root"]
    with tempfile.TemporaryDirectory() as directory:
        done = run.run([HELPER, *options, "download-file", f"{place}/InRelease", os.path.join(directory, "InRelease")], 60)
    said = next((line for line in done.output.splitlines() if line.startswith("E: ")), "E: " + run.tail(done.output, 1))
    return "" if done.code == 0 else " ".join(said[3:].split())


def delegate(changes: list[model.Change], declared: dict[str, Repository], manager: str) -> Iterator[protocol.Call]:
    there = [change.name for change in changes if change.action != "remove"]
    if there:
        # the module's own need
        yield protocol.Call("package python3-debian", "ansible.builtin.apt", {"name": ["python3-debian"], **_INSTALLING})
    for change in changes:
        what = f"repository {change.name}"
        if change.action == "remove":
            yield protocol.Call(f"removes {what}", _MODULE, {"name": change.name, "state": "absent"}, (what,))
        else:
            yield protocol.Call(what, _MODULE, {"name": change.name, **_arguments(_written(change, declared))}, (what,))
    if there:
        args: dict[str, model.Json] = {"update_cache": True, "lock_timeout": 120, "update_cache_retries": 2}
        yield protocol.Call(f"lists of repository {', '.join(there)}", "ansible.builtin.apt", args)


_MODULE = "ansible.builtin.deb822_repository"
_INSTALLING: dict[str, model.Json] = {"update_cache": True, "cache_valid_time": 3600, "install_recommends": False, "lock_timeout": 120}
#: fields of which the module takes a list
_LISTS = ("types", "uris", "suites", "components", "architectures", "languages", "targets")


def _written(change: model.Change, declared: dict[str, Repository]) -> Fields:
    if change.action == "restore":
        return {key: str(before) for key, (_, before) in change.fields.items() if not key.startswith("x-")}
    return _fields(declared[change.name])


def _arguments(fields: Fields) -> dict[str, model.Json]:
    return {key.replace("-", "_"): list(value.split()) if key in _LISTS else value for key, value in fields.items()}


def look(name: str, manager: str) -> str:
    return f"cat {FOLDER}{name}.sources"
