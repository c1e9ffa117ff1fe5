# SPDX-License-Identifier: GPL-3.0-or-later
"""What a converge result says, in words: no layout, no colours, no I/O.

A change is a mapping with ``resource`` ("file:/etc/x"), ``action`` ("update"), ``origin`` ("pending", "corrective",
"conflict"), ``fields`` ({"mode": [before, after]}), ``diff`` (unified diff or "") and ``why``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Change = Mapping[str, Any]

#: How many resources of one kind are named before they are only counted.
NAMED_AT_MOST = 3

_PAST = {
    "create": "created",
    "update": "updated",
    "remove": "removed",
    "install": "installed",
    "start": "started",
    "stop": "stopped",
    "enable": "enabled",
    "disable": "disabled",
    "restart": "restarted",
    "reload": "reloaded",
    "pull": "pulled",
    "report": "found",
}
_PLURAL = {
    "file": "files",
    "directory": "directories",
    "link": "links",
    "stranger": "strangers",
    "package": "packages",
    "user": "users",
    "sysctl": "kernel settings",
    "unit": "units",
    "service": "containers",
    "image": "images",
    "process": "processes",
}
#: Kinds whose bare name would not tell what it is.
_PREFIX = {"stranger": "stranger ", "user": "user ", "service": "container ", "image": "image "}
_ORIGIN = {"corrective": " (changed on the host)", "conflict": " (changed on the host and in git)"}
_DIGEST = re.compile(r"@sha256:([0-9a-f]{12})[0-9a-f]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def sentence(changes: Iterable[Change], *, check: bool) -> str:
    """All changes of one component on one line: "updated /etc/a, user bob; restarted web.service"."""
    groups: dict[tuple[str, str], dict[str, list[str]]] = {}
    for change in changes:
        kind, name = split_resource(str(change.get("resource", "")))
        key = (str(change.get("action", "update")), str(change.get("origin", "pending")))
        groups.setdefault(key, {}).setdefault(kind, []).append(name)
    found = [_group(*key, kinds) for key, kinds in groups.items() if key[0] == "report"]
    done = [_group(*key, kinds, check=check) for key, kinds in groups.items() if key[0] != "report"]
    return "; ".join([*found, *([f"would {done[0]}", *done[1:]] if check and done else done)])


def _group(action: str, origin: str, kinds: Mapping[str, list[str]], *, check: bool = False) -> str:
    names = ", ".join(_names(kind, origin, named) for kind, named in kinds.items())
    return f"{action if check else _PAST.get(action, action)} {names}{_ORIGIN.get(origin, '')}"


def _names(kind: str, origin: str, names: list[str]) -> str:
    # What somebody changed on a host is always named: that line is why people look.
    if origin in _ORIGIN or len(names) <= NAMED_AT_MOST:
        return ", ".join(_PREFIX.get(kind, "") + name for name in names)
    return f"{len(names)} {_PLURAL.get(kind, kind)}"


def split_resource(resource: str) -> tuple[str, str]:
    """("file", "/etc/x") of "file:/etc/x"; digests shortened to twelve digits."""
    kind, _, name = resource.partition(":")
    return kind, _DIGEST.sub(r"@\1", name or resource)


def count(number: int, noun: str) -> str:
    """ "1 host", "3 hosts"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """ "0.31 s", "12.4 s", "3 min 05 s"."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def clean(text: object) -> str:
    """Text from a host without control characters: it must not be able to steer the reader's terminal."""
    return _CONTROL.sub("", str(text)).expandtabs(8).strip("\n")
