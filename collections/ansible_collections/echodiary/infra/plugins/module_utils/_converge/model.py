# SPDX-License-Identifier: GPL-3.0-or-later
"""What every concern speaks in: changes, their origin, and the one error type."""

from __future__ import annotations

from typing import Any, NamedTuple

PENDING = "pending"
CORRECTIVE = "corrective"
CONFLICT = "conflict"

#: best to worst, as Argo CD rolls them up (util/health of gitops-engine)
HEALTH_ORDER = ("Healthy", "Progressing", "Missing", "Degraded", "Unknown")


class ConvergeError(Exception):
    """One line for people: what, where, why, what to do next."""


class File(NamedTuple):
    """A file's content and owner, resolved for this host. What is too long to be held is named, and lies at ``source``."""

    content: bytes
    mode: int
    uid: int
    gid: int
    sha256: str = ""
    size: int = 0
    source: str = ""

    def pour(self, handle: Any) -> None:
        """Into an open file."""
        if not self.sha256:
            handle.write(self.content)
        elif not self.source:
            raise ConvergeError(f"the contents {self.sha256[:12]} ({self.size} bytes) are not on this host; run it again")
        else:
            import shutil  # only long files need it

            with open(self.source, "rb") as origin:
                shutil.copyfileobj(origin, handle, 1 << 20)


class Change(NamedTuple):
    """One difference between desired and live; ``action`` is what apply does about it."""

    resource: str
    action: str
    origin: str = PENDING
    fields: dict[str, list[Any]] = {}  # noqa: RUF012 - a tuple field, never mutated
    diff: str = ""
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        return self._asdict()


def origin(desired: Any, last: Any, live: Any) -> str:
    """Who moved: git since we last applied (pending), somebody on the host (corrective), or both (conflict)."""
    if last is None or live == last:
        return PENDING
    return CORRECTIVE if last == desired else CONFLICT


def worst(healths: list[str]) -> str:
    """The roll-up of several healths: the worst wins; nothing to judge is Healthy."""
    return max(healths, key=HEALTH_ORDER.index, default="Healthy")


def merged_origin(origins: list[str]) -> str:
    """The origin of a consequence (a reload, say) of several changes."""
    found = set(origins)
    if CONFLICT in found or len(found) > 1:
        return CONFLICT
    return found.pop() if found else PENDING
