# SPDX-License-Identifier: GPL-3.0-or-later
"""Who imports whom below ``plugins/``, as the files themselves say."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

PLUGINS = "ansible_collections.echodiary.infra.plugins"

Rooms = Mapping[str, frozenset[str]]


class Arrow(NamedTuple):
    """A file (dotted, below ``plugins``), and a module that it imports: absolute, or dotted below ``plugins``."""

    file: str
    target: str


def arrows(plugins: Path, part: str) -> list[Arrow]:
    """``part``: ``module_utils`` or ``plugin_utils``."""
    files = sorted((plugins / part).rglob("*.py"))
    return [Arrow(_dotted(file, plugins), target) for file in files for target in _imported(file, plugins)]


def _dotted(file: Path, plugins: Path) -> str:
    return ".".join(file.relative_to(plugins).with_suffix("").parts)


def _imported(file: Path, plugins: Path) -> Iterator[str]:
    package = _dotted(file, plugins).split(".")[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
            whole = (base if node.level else node.module or "").removeprefix(f"{PLUGINS}.")
            # a package of ours is imported for one of its files
            yield from ((f"{whole}.{alias.name}" for alias in node.names) if (plugins / whole.replace(".", "/")).is_dir() else [whole])


def rooms(found: list[Arrow], part: str) -> Rooms:
    """Package -> the packages beside it that it imports from."""
    graph: dict[str, set[str]] = {}
    for arrow in found:
        graph.setdefault(_room(arrow.file), set())
        if arrow.target.startswith(f"{part}."):
            graph[_room(arrow.file)] |= {_room(arrow.target)} - {_room(arrow.file)}
    return {room: frozenset(others) for room, others in graph.items()}


def _room(dotted: str) -> str:
    return dotted.split(".")[1]


def circles(graph: Rooms) -> list[str]:
    """Packages from which one comes back to where one began."""
    return sorted(room for room in graph if room in _reached(graph, room))


def _reached(graph: Rooms, begin: str) -> set[str]:
    found: set[str] = set()
    left = [begin]
    while left:
        fresh = graph.get(left.pop(), frozenset()) - found
        found |= fresh
        left += fresh
    return found


def foreign(found: list[Arrow], allowed: frozenset[str], part: str) -> list[Arrow]:
    """What leads out of ``part`` to something that is not ``allowed``."""
    return [arrow for arrow in found if arrow.target.split(".")[0] not in {*allowed, part}]
