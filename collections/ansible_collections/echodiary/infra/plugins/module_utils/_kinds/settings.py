# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings in a JSON document that is only partly ours, as a program's own configuration in somebody's home: of one object in it, some
keys. All else that is in it is its owner's, and stays as it stands: the document is read anew right before it is written.

A document that nobody can read is told, and not touched.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from .._ledger import files, shapes
from . import model

if TYPE_CHECKING:
    from . import documents

NAME, KEY, SHARED = "setting", "settings", model.ALIKE
WORDS, PREFIX = ("setting", "settings"), "setting "
ACCOUNTS = False
SCHEMA: model.Schema = {"type": "dict", "default": {}}
ENTRY: model.Schema = {"within": {"type": "str", "required": True}, "values": {"type": "dict", "default": {}}}
SHAPE = shapes.TEXT
#: of a document, or a directory for it, that is not there yet: it may hold somebody's passwords one day
_MODE, _DIRECTORY_MODE = 0o600, 0o700


class Place(NamedTuple):
    """Of one setting. Its name is all three, with blanks between."""

    path: str
    within: str
    key: str

    @classmethod
    def parse(cls, name: str) -> Place:
        return cls(*name.split(" "))


class Live(NamedTuple):
    """``problem``: why the document cannot be read."""

    value: model.Json = None
    problem: str = ""


def checked(given: dict[str, documents.SettingsSpec]) -> dict[str, documents.SettingsSpec]:
    for path, document in given.items():
        if not re.fullmatch(r"/\S+", path) or os.path.normpath(path) != path:
            raise model.ConvergeError(f"settings {path}: the path has to be absolute and plain (no '..', no blanks)")
        for word in (document["within"], *document["values"]):
            if not re.fullmatch(r"\S+", str(word)):
                raise model.ConvergeError(f"settings {path}: '{word}' is empty or has a blank, and cannot be a key")
        for key, value in document["values"].items():
            if not isinstance(value, str) or not value:
                raise model.ConvergeError(f"settings {path}: {document['within']}: {key} has to be a text that is not empty")
    return given


def entries(declared: Mapping[str, documents.SettingsSpec]) -> Mapping[str, model.Json]:
    return cast("Mapping[str, model.Json]", values(declared))


def values(declared: Mapping[str, documents.SettingsSpec]) -> dict[str, str]:
    return {
        " ".join(Place(path, document["within"], key)): value
        for path, document in declared.items()
        for key, value in document["values"].items()
    }


def observe(names: list[str]) -> dict[str, Live]:
    return {name: _live(Place.parse(name)) for name in names}


def _live(place: Place) -> Live:
    try:
        return Live(_object(_read(place.path), place).get(place.key))
    except (files.LedgerError, OSError, UnicodeDecodeError) as error:
        return Live(problem=str(error))


def _read(path: str) -> dict[str, model.Json]:
    found = files.read_json(path)
    if found is not None and not isinstance(found, dict):
        raise files.LedgerError(f"{path} holds no JSON object")
    return found or {}


def _object(document: dict[str, model.Json], place: Place) -> dict[str, model.Json]:
    found = document.get(place.within, {})
    if not isinstance(found, dict):
        raise files.LedgerError(f"{place.path}: {place.within} is no JSON object")
    return cast("dict[str, model.Json]", found)


def found(want: str, seen: Live | None) -> str | None:
    return seen.value if seen and isinstance(seen.value, str) else None


def plan(declared: Mapping[str, documents.SettingsSpec], seen: Mapping[str, Live], last: model.Applied) -> list[model.Change]:
    changes: list[model.Change] = []
    for name, want in values(declared).items():
        changes += _planned(name, want, seen.get(name, Live()), cast("str | None", last.values.get(name)))
    return [*changes, *_removals(set(values(declared)), seen, last)]


def _planned(name: str, want: str, have: Live, was: str | None) -> Iterator[model.Change]:
    fields: model.Fields = {"value": [have.value, want]}
    if have.problem:
        why = f"{have.problem}; correct it, or move it away"
        yield model.Change(model.Resource(NAME, name), model.REPORT, fields={"value": [None, want]}, why=why)
    elif have.value != want:
        action = "create" if have.value is None else "update"
        yield model.Change(model.Resource(NAME, name), action, model.origin(want, was, cast("str | None", have.value)), fields)


def _removals(declared: set[str], seen: Mapping[str, Live], last: model.Applied) -> Iterator[model.Change]:
    """As it was before us. What somebody has changed since is not ours any more."""
    for name, applied in cast("Mapping[str, str]", last.values).items():
        have, before = seen.get(name, Live()), cast("str | None", last.before.get(name))
        if name not in declared and have.value == applied != before:
            action = "remove" if before is None else "restore"
            yield model.Change(model.Resource(NAME, name), action, fields={"value": [applied, before]}, why="no longer declared")


def apply(change: model.Change, seen: Live, declared: Mapping[str, documents.SettingsSpec]) -> None:
    put(change, 1)


def put(change: model.Change, which: int) -> None:
    """``which``: of what a change says of its value, the former (0) or the latter (1)."""
    place, value = Place.parse(change.name), change.fields["value"][which]
    path = os.path.realpath(place.path)
    document = _read(path)
    held = dict(_object(document, place))
    held.pop(place.key, None)
    if value is not None:
        held[place.key] = value
    _write(path, {**{key: one for key, one in document.items() if key != place.within}, **({place.within: held} if held else {})})


def _write(path: str, document: Mapping[str, model.Json]) -> None:
    """One that holds nothing goes. Who owns it, and who may read it, is not ours to say."""
    there = os.stat(path) if os.path.exists(path) else None
    if not document:
        if there:
            os.unlink(path)
        return
    files.make_directories(os.path.dirname(path), _DIRECTORY_MODE)
    files.write(path, json.dumps(document, indent="\t", ensure_ascii=False) + "\n", there.st_mode & 0o777 if there else _MODE)
    if there:
        os.chown(path, there.st_uid, there.st_gid)
