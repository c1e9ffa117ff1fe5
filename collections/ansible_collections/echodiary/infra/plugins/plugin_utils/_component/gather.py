# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that one component gets from the roles of all: rules, dashboards. Who brings them is what the hosts of the inventory run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._common.errors import SpecError
from . import render, templates

if TYPE_CHECKING:
    from ansible.template import Templar

    from ...module_utils._kinds.documents import Content
    from .contents import Long
    from .roster import Roster
    from .source import Source


def tree(source: Source, spec: Mapping[str, Any], available: dict[str, Any], templar: Templar, roster: Roster) -> dict[str, Any]:
    """All files of a component: its own, and what its ``gathers`` names."""
    own = render.tree(source, available, templar)
    found = files(roster, spec.get("gathers") or {}, available, templar)
    twice = sorted(own.keys() & found.keys())
    if twice:
        raise SpecError(f"{source.name}: {twice[0]} is in its tree, and gathered as well; call one of them otherwise")
    return {**own, **found}


def files(roster: Roster, gathers: Mapping[str, str], available: Mapping[str, Any], templar: Templar) -> dict[str, Content | Long | None]:
    """``gathers``: directory on the host -> directory of every role. A file is called after who brings it: ``<component>-<file>``."""
    found: dict[str, Content | Long | None] = {}
    for directory, below in gathers.items():
        for source in roster.roles():
            found.update({f"{directory}/{source.name}-{name}": text for name, text in _of(source, below, available, templar).items()})
    return found


def _of(source: Source, below: str, available: Mapping[str, Any], templar: Templar) -> dict[str, Content | Long | None]:
    """Templates see the defaults of their own role below all that the component that gathers them sees."""
    directory = os.path.join(source.path, below)
    names = sorted(os.listdir(directory)) if os.path.isdir(directory) else []
    if not names:
        return {}
    merged = {**source.defaults, **available, "component_name": source.name}
    merged.update(render.typed(source, merged))
    reading = render.Reading(templates.scoped(templar, merged, [directory]), directory, f"{source.name}/{below}", [directory])
    return dict(reading.content(name) for name in names if not name.startswith("."))
