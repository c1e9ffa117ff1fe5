# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told of releases of static files: one line, a table, a short difference. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils._static.planning import SHORT

if TYPE_CHECKING:
    from ...module_utils._kinds.documents import Told
    from ...module_utils._static.shapes import Answer, Release
    from .build import Build


def result(answer: Answer, brought: Build | None, *, check: bool, diff: bool) -> Mapping[str, Any]:
    faults = answer.get("faults", [])
    notes = [*answer.get("notes", []), *([_unserved(brought)] if brought and brought.unserved else [])]
    said = faults[0] if faults else _line(answer, check=check)
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    found = {**answer, "notes": notes, "table": rows(answer["releases"], answer["current"]), "failed": bool(faults), "msg": f"{said}{more}"}
    return {**found, "diff": {"prepared": "".join(map(_shown, answer["changes"]))}} if diff and answer["changes"] else found


def _unserved(brought: Build) -> str:
    some = ", ".join(brought.unserved[:5])
    return f"no path leads to {len(brought.unserved)} files of this build ({some}); whoever wants them served names them in frontend_paths"


def _line(answer: Answer, *, check: bool) -> str:
    now, before = answer["current"][:SHORT] or "nothing yet", answer["before"][:SHORT]
    if not answer["changed"]:
        return f"serves {now}"
    moved = f"serves {now}, before {before or 'nothing'}" if answer["current"] != answer["before"] else f"serves {now}"
    return f"would be changed: {moved}" if check else moved


def _shown(change: Told) -> str:
    fields = ", ".join(f"{name} {before} -> {after}" for name, (before, after) in change["fields"].items())
    return f"{change['action']} {change['resource']}: {fields}\n"


def rows(releases: list[Release], current: str) -> list[str]:
    """The newest first; what is served has a star, what no way back leads to says so."""
    return [
        f"{'*' if one['digest'] == current else ' '} {one['digest'][:SHORT]}  {one['at']}  {len(one['files'])} files"
        f"{'  no way back' if one['left'] else ''}"
        for one in reversed(releases)
    ] or ["no release yet"]
