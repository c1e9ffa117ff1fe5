# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated ids replaced by names made from what they stand for, so that two accounts made alike are equal.

A thing is called after its content; ids in the content are called after theirs, a few rounds deep. Order of lists is given up."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

ROUNDS = 4
_HEX = r"[0-9a-f]"
GENERATED = re.compile(
    r"(?P<snapshot>\brds:[\w-]+?)-\d{4}(?:-\d\d){4}\b"
    rf"|(?P<managed>rds!db)-{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}\b"
    rf"|(?P<uuid>\b){_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\b"
    rf"|\b(?P<ec2>[a-z]{{1,12}}(?:-[a-z]{{2,8}}){{0,2}})-(?:{_HEX}{{17}}|{_HEX}{{8}})\b"
    r"|\b(?P<iam>AIDA|AROA|AIPA|ANPA|AKIA|ASIA|AGPA|ASCA|ANVA)[A-Z0-9]{12,17}\b"
    r"|(?P<db>\bdb)-[A-Z0-9]{20,26}\b"
    rf"|(?P<slash>(?<=/)){_HEX}{{16}}\b"
    r"|(?P<zone>\b)(?:Z[A-Z0-9]{12,20}|[A-Z0-9]{22})\b"
    rf"|(?P<mac>\b)(?:{_HEX}{{2}}:){{5,}}{_HEX}{{2}}\b"
    r"|(?P<host>\b(?:ip|ec2))(?:-\d{1,3}){4}\b"
    r"|(?P<address>(?<![\d./]))\d{1,3}(?:\.\d{1,3}){3}(?![\d./])"
)
#: six letters at the end of a secret's ARN
SUFFIX = re.compile(r"(:secret:[^\s\"]+)-[A-Za-z0-9]{6}\b")


def normalised(tree: Any) -> Any:
    tree = _each(tree, lambda text: SUFFIX.sub(r"\1-(random)", text))
    contents = dict(_contents(tree))
    names: dict[str, str] = {}
    for _ in range(ROUNDS):
        names = {identifier: _named(identifier, content, names) for identifier, content in contents.items()}
    return _renamed(tree, lambda found: names.get(found.group(0)) or _kind(found))


def _named(identifier: str, content: Any, names: Mapping[str, str]) -> str:
    kind = GENERATED.sub(_kind, identifier)
    shown = _renamed(content, lambda one: f"{kind} itself" if one.group(0) == identifier else names.get(one.group(0)) or _kind(one))
    return f"{kind}-{hashlib.sha256(_text(shown).encode()).hexdigest()[:10]}"


def _kind(found: re.Match[str]) -> str:
    """``(vpc)``, ``(AROA)``; ``(uuid)`` where there is no word for it."""
    return f"({found.group(found.lastgroup or 0) or found.lastgroup})"


def _contents(tree: Any) -> Iterator[tuple[str, Any]]:
    """(generated id, what it stands for): a key of a dictionary, or the ``id`` in one."""
    if isinstance(tree, Mapping):
        own = tree.get("id")
        if isinstance(own, str) and GENERATED.fullmatch(own):
            yield own, tree
        for key, value in tree.items():
            if isinstance(value, Mapping) and GENERATED.fullmatch(key):
                yield key, value
            yield from _contents(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _contents(value)


def _renamed(tree: Any, name: Callable[[re.Match[str]], str]) -> Any:
    return _each(tree, lambda text: GENERATED.sub(name, text))


def _each(tree: Any, change: Callable[[str], str]) -> Any:
    """Every text and every key changed; lists and dictionaries sorted."""
    if isinstance(tree, str):
        return change(tree)
    if isinstance(tree, list):
        return sorted((_each(one, change) for one in tree), key=_text)
    if not isinstance(tree, Mapping):
        return tree
    found: dict[str, Any] = {}
    for key, value in sorted(((change(key), _each(value, change)) for key, value in tree.items()), key=_text):
        found[_free(key, found)] = value
    return found


def _free(key: str, taken: Mapping[str, Any]) -> str:
    """Things that are alike in everything have one name: they are counted."""
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key} #{number}"
    return free


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
