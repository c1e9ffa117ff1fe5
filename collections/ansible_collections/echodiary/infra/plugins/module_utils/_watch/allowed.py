# SPDX-License-Identifier: GPL-3.0-or-later
"""What people let be, with a reason and until when. A file is let be as it was then: once it changes it is told again. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from .._host import globs
from .._ledger import sha

if TYPE_CHECKING:
    from .._kinds import documents, remembered
    from .shapes import Finding, Known


class Judged(NamedTuple):
    """``kept``: what is to be recorded of its contents once the host is converged."""

    finding: Finding
    allowed: bool
    kept: remembered.Kept | None


def judge(finding: Finding, spec: documents.WatchSpec, known: Known, today: str) -> Judged:
    was = known.kept.get(finding.resource.name)
    entries = [one for one in spec["allowed"] if _covers(one, str(finding.resource), spec["host"])]
    good = [one for one in entries if not _is_over(one, today)]
    if not good:
        return Judged(_told(finding, entries), False, was)
    if finding.content is None:
        return Judged(finding, True, None)
    now: remembered.Kept = {**finding.content, "by": _by(good)}
    if was is None or was.get("by") != now["by"]:
        return Judged(finding, True, now)
    changed = was["digest"] != now["digest"] or was["mode"] != now["mode"]
    return Judged(_changed(finding, good[-1]), False, was) if changed else Judged(finding, True, was)


def lets_be(spec: documents.WatchSpec, resource: str, today: str) -> bool:
    """Whatever it holds: whether it is as it was then is told where it is judged."""
    return any(_covers(one, resource, spec["host"]) and not _is_over(one, today) for one in spec["allowed"])


def _by(entries: list[documents.AllowedSpec]) -> str:
    """Who is allowed anew is another decision."""
    return sha.sha256(json.dumps(entries, sort_keys=True).encode())[:16]


def _covers(entry: documents.AllowedSpec, resource: str, host: str) -> bool:
    # a name with a bracket or a star in it still stands for itself
    named = resource in entry["resources"] or globs.matches_any(resource, entry["resources"])
    return named and (not entry["hosts"] or globs.matches_any(host, entry["hosts"]))


def _is_over(entry: documents.AllowedSpec, today: str) -> bool:
    return bool(entry["until"]) and entry["until"] < today


def _told(finding: Finding, over: list[documents.AllowedSpec]) -> Finding:
    return finding._replace(why=f"{finding.why}; allowed until {over[-1]['until']} ({over[-1]['reason']})") if over else finding


def _changed(finding: Finding, entry: documents.AllowedSpec) -> Finding:
    return finding._replace(why=f"changed since it was allowed ({entry['reason']})")
