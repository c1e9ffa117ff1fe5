# SPDX-License-Identifier: GPL-3.0-or-later
"""What was last applied to a component on this host: the third side of three-way drift.

``resources`` maps a resource's name to the value it was given; ``loaded`` maps a process to what it last read;
``health`` keeps the probes, ``validate`` the validators, and ``services`` Compose's own config hash for the definition it came from.
Written last, atomically.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .._kinds import kinds, model
from .._ledger import files, records, shapes

if TYPE_CHECKING:
    from .._kinds import remembered

VERSION = 1

_PATH = shapes.fields({"kind": shapes.TEXT})
_LOADED = shapes.fields(
    {"identity": shapes.TEXT, "digest": shapes.TEXT, "newest": shapes.NUMBER},
    {"changed": shapes.NUMBER, "definition": shapes.TEXT, "began": shapes.TEXT},
)
_SERVICE = shapes.fields(
    {"digest": shapes.TEXT, "config_hash": shapes.TEXT, "image_id": shapes.TEXT},
    {"networks": shapes.items(shapes.TEXT), "limits": shapes.each(shapes.TEXT), "made": shapes.kind(dict)},
)
_PROBE = shapes.fields(
    {"url": shapes.TEXT},
    {"status": shapes.kind(int), "json": shapes.maybe(shapes.kind(dict)), "deadline": shapes.NUMBER, "timeout": shapes.NUMBER},
)
_KEPT = shapes.fields(
    {"digest": shapes.TEXT, "mode": shapes.TEXT, "uid": shapes.kind(int), "gid": shapes.kind(int)},
    {"text": shapes.TEXT, "by": shapes.TEXT},
)
_LISTEN = shapes.fields({"port": shapes.kind(int), "protocol": shapes.TEXT, "address": shapes.TEXT, "for": shapes.TEXT})
_VALIDATOR = shapes.fields({"command": shapes.items(shapes.TEXT)}, {"timeout": shapes.NUMBER, "mounts": shapes.items(shapes.TEXT)})


def _resources(value: model.Json) -> str:
    if not isinstance(value, dict):
        return shapes.kind(dict)(value)
    for name, item in value.items():
        wrong = _resource(name, item)
        if wrong:
            return f".{name}{wrong}"
    return ""


def _resource(name: str, value: model.Json) -> str:
    kind, told = model.Resource.parse(name)
    if kind == "path" and (told[:1] != "/" or "\0" in told):
        return " is no path"
    if kind == "path":
        return _PATH(value)
    known = kinds.named(kind)
    return known.SHAPE(value) if known else ""


def _before(value: model.Json) -> str:
    there = {name: item for name, item in value.items() if item is not None} if isinstance(value, dict) else value
    return _resources(there)


class Format(NamedTuple):
    """What a kind of record looks like, up to which version it is known, and what it says before anything was recorded."""

    shape: shapes.Shape
    version: int
    empty: Callable[[], Mapping[str, Any]]


def empty() -> remembered.Record:
    return {"version": VERSION, "resources": {}, "loaded": {}, "services": {}, "health": []}


FORMAT = Format(
    shapes.fields(
        {},
        {
            "resources": _resources,
            "before": _before,
            "loaded": shapes.each(_LOADED),
            "services": shapes.each(_SERVICE),
            "health": shapes.items(_PROBE),
            "validate": shapes.items(_VALIDATOR),
            "defined": shapes.each(shapes.NUMBER),
            "listens": shapes.items(_LISTEN),
            "kept": shapes.each(_KEPT),
        },
    ),
    VERSION,
    empty,
)


def path_of(state_dir: str, component: str) -> str:
    return os.path.join(state_dir, "components", component + ".json")


def journal_of(state_dir: str, component: str) -> str:
    """Where a change in progress keeps what was there before; it is there only while one is, or was killed."""
    return os.path.join(state_dir, "journal", component)


def index_of(journal: str) -> str:
    """Without it a journal is the beginning of one, or the rest of one that was done with: nothing is open."""
    return os.path.join(journal, "index.json")


def load(state_dir: str, component: str, told: list[str] | None = None) -> remembered.Record:
    """The recorded state; a damaged record counts as none (everything is then ``pending``, nothing is lost) and is ``told``.

    Raises LedgerError for one that a newer version wrote.
    """
    return cast("remembered.Record", read(path_of(state_dir, component), FORMAT, told))


def save(state_dir: str, component: str, state: remembered.Record) -> None:
    replace(path_of(state_dir, component), FORMAT, cast("dict[str, Any]", state))


def remove(state_dir: str, component: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path_of(state_dir, component))


def read(path: str, form: Format, told: list[str] | None = None) -> dict[str, Any]:
    """A record that is not there, or not to be believed, is empty."""
    found = records.read(path, form.shape, form.version)
    if found.fault and told is not None:
        told.append(records.told(path, found.fault))
    return {**form.empty(), **(found.record or {})}


def replace(path: str, form: Format, record: Mapping[str, Any]) -> None:
    """Written only when it says something new: a no-op run leaves no trace. What could not be believed is kept beside it."""
    found = records.read(path, form.shape, form.version)
    if found.fault:
        records.put_aside(path)
    elif {**form.empty(), **(found.record or {})} == record:
        return
    files.make_directories(os.path.dirname(path), 0o700)
    files.write_json(path, record, 0o600)


def names(state_dir: str) -> list[str]:
    """Of all records: a component, or one in a slot (``slots.name_in``)."""
    try:
        found = os.listdir(os.path.join(state_dir, "components"))
    except OSError:
        return []
    return sorted(name[:-5] for name in found if name.endswith(".json"))


def recorded(state_dir: str) -> list[str]:
    """Names of the components ever applied here."""
    return sorted({name.partition("@")[0] for name in names(state_dir)})
