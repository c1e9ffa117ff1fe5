# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that one component gets from the roles of all: rules, dashboards. Who brings them is what the hosts of the inventory run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .._common.errors import SpecError
from . import render, templates

if TYPE_CHECKING:
    from ansible.template import Templar

    from ...module_utils._kinds.documents import Content
    from .contents import Long
    from .roster import Roster
    from .source import Source

    Gathered = Content | Long | None


#: directory of every role -> how its files end: whoever reads them there goes by that, and would leave others out in silence
ENDINGS = {"monitoring/rules": (".yml", ".yml.j2"), "monitoring/dashboards": (".json", ".json.j2")}


def tree(source: Source, spec: Mapping[str, Any], available: dict[str, Any], templar: Templar, roster: Roster) -> dict[str, Any]:
    """All files of a component: its own, and what its ``gathers`` names."""
    found = render.tree(source, available, templar)
    for path, content in files(roster, spec.get("gathers") or {}, available, templar):
        if path in found:
            raise SpecError(
                f"{source.name}: {path} is gathered, and there already (in its tree, or of another role); call one of them otherwise"
            )
        found[path] = content
    return found


def files(roster: Roster, gathers: Mapping[str, str], available: Mapping[str, Any], templar: Templar) -> Iterator[tuple[str, Gathered]]:
    """``gathers``: directory on the host -> directory of every role. A file is called after who brings it: ``<component>-<file>``."""
    for directory, below in gathers.items():
        for source in roster.roles():
            yield from ((f"{directory}/{source.name}-{name}", text) for name, text in _of(source, below, available, templar))


def _of(source: Source, below: str, available: Mapping[str, Any], templar: Templar) -> Iterator[tuple[str, Gathered]]:
    """Templates see the defaults of their own role below all that the component that gathers them sees."""
    directory = os.path.join(source.path, below)
    names = [name for name in os.listdir(directory) if os.path.isfile(os.path.join(directory, name))] if os.path.isdir(directory) else []
    if not names:
        return
    _check_endings(source, below, names)
    merged = {**source.defaults, **available, "component_name": source.name}
    merged.update(render.typed(source, merged))
    reading = render.Reading(templates.scoped(templar, merged, [directory]), directory, f"{source.name}/{below}", [directory])
    yield from (reading.content(name) for name in sorted(names) if not name.startswith("."))


def _check_endings(source: Source, below: str, names: list[str]) -> None:
    endings = ENDINGS.get(below, ("",))
    for name in sorted(names):
        if not name.startswith(".") and not name.endswith(endings):
            raise SpecError(f"{source.name}: nobody would read {below}/{name}: its name has to end in {' or '.join(endings)}; rename it")
