# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables are declared: by the roles of this collection, and by a directory of playbooks in its
meta/argument_specs.yml.

That file is written like a role's: one entry per playbook, named by its path without ``.yml``, with the options it takes by ``-e``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .._common import yaml_text
from . import playbooks
from .conversion import Option

Options = Mapping[str, Option]

ROLES = Path(__file__).parents[3] / "roles"


class Declared(NamedTuple):
    """``playbook``: what the one that runs takes; None when nothing says so. ``roles``: where those are that take more. ``others``: what
    the other playbooks of the same command take."""

    playbook: Options | None
    roles: Path
    others: Options

    @property
    def options(self) -> Options:
        return {**role_options(self.roles), **self._played}

    @property
    def _played(self) -> Options:
        return {**self.others, **(self.playbook or {})}

    def among(self, names: Iterable[str]) -> Options:
        """Those of ``options`` that are called as one of ``names``, and maybe more."""
        wanted = set(names)
        mentioned = (path for path in _specs(self.roles) if not wanted.isdisjoint(_keys(path)))
        return {**_merged(mentioned), **self._played}


def declared(playbook: Path, roles: Path = ROLES, typed: Iterable[Path] = ()) -> Declared:
    """``typed``: every playbook of the command, which have their variables in common."""
    others = {name: option for path in typed for name, option in (playbook_options(path) or {}).items()}
    return Declared(playbook_options(playbook), roles, others)


def role_options(roles: Path) -> Options:
    return _merged(_specs(roles))


@functools.cache
def _specs(roles: Path) -> tuple[Path, ...]:
    return tuple(sorted(roles.glob("*/meta/argument_specs.yml")))


@functools.cache
def _keys(specs: Path) -> frozenset[str]:
    """All that could be an option: to read a file as text takes a hundredth of what its YAML takes."""
    return frozenset(re.findall(r"^ +(\w+):", specs.read_text(encoding="utf-8"), re.MULTILINE))


def _merged(specs: Iterable[Path]) -> Options:
    return {name: option for path in specs for name, option in options_of(path).items()}


@functools.cache
def options_of(specs: Path) -> Options:
    """Of every entry point of a role."""
    return {name: option for entry in _entries(specs).values() for name, option in _options(entry)}


def playbook_options(playbook: Path) -> Options | None:
    """What it declares itself, else what those declare that it does nothing but import."""
    own = _beside(playbook)
    return own if own is not None else _together([playbook_options(path) for path in playbooks.imported(playbook)])


def _together(every: Sequence[Options | None]) -> Options | None:
    known = [options for options in every if options is not None]
    return {name: option for options in known for name, option in options.items()} if known and len(known) == len(every) else None


def _beside(playbook: Path) -> Options | None:
    """From meta/argument_specs.yml beside the playbook, or one directory above."""
    for directory in playbook.resolve().parents[:2]:
        path = directory / "meta" / "argument_specs.yml"
        if path.is_file():
            name = playbook.resolve().relative_to(directory).with_suffix("").as_posix()
            entry = _entries(path).get(name)
            return None if entry is None else dict(_options(entry))
    return None


def _entries(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        return (yaml_text.load(file.read()) or {}).get("argument_specs") or {}


def _options(entry: Mapping[str, Any]) -> Iterator[tuple[str, Option]]:
    yield from (entry.get("options") or {}).items()
