# SPDX-License-Identifier: GPL-3.0-or-later
"""What people said that a host's edge should answer: out of traffic, maintenance. No difference, and shown wherever the host is."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from .._edge import planning
from .._kinds import haproxy

if TYPE_CHECKING:
    from .._converge.host import Host
    from .._kinds import documents


def of(spec: documents.ComponentSpec, host: Host) -> list[str]:
    """By whom and since when, as far as that is known."""
    declared = spec["haproxy"]
    seen = host.look(haproxy, declared)
    found = ((path, seen[name].patterns.get(path, [])) for name, one in declared.items() if name in seen for path in one["said"])
    return [text for path, lines in found if (text := _told(path, haproxy.pairs(lines).get(planning.KEY, "")))]


def _told(path: str, value: str) -> str:
    """``value``: as HAProxy goes by it; who said it stands in the file alone."""
    if not value:
        return ""
    remark = ""
    with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as handle:
        remark = planning.remarked(handle.read())
    return f"{_words(value)}; said {remark or 'by somebody who is not known'}"


def _words(value: str) -> str:
    try:
        return planning.words(planning.from_value(value))
    except planning.EdgeError as error:
        return str(error)
