# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that all parts share: a resource, a change of it, who moved, how well it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeVar

from .._host.errors import ConvergeError as ConvergeError

if TYPE_CHECKING:
    from .._ledger.values import Json as Json
    from . import documents, remembered

T = TypeVar("T")

#: how components share a name of a kind: one has it alone, several that want the very same do, or any do
ALONE, ALIKE, ANY = "alone", "alike", "any"

#: field -> [found, declared]
Fields = Mapping[str, Sequence["Json"]]
#: as of Ansible's argument specs
Schema = Mapping[str, "Json"]

PENDING = "pending"
CORRECTIVE = "corrective"
CONFLICT = "conflict"

#: what is only told: nobody does anything about it
REPORT = "report"

#: best to worst, as Argo CD rolls them up (util/health of gitops-engine)
SYNC_ORDER = ("Synced", "OutOfSync", "Unknown")
HEALTH_ORDER = ("Healthy", "Progressing", "Missing", "Degraded", "Unknown")


class File(NamedTuple):
    """A file's content and owner, resolved for this host. What is too long to be held is named, and lies at ``source``."""

    content: bytes
    mode: int
    uid: int
    gid: int
    sha256: str = ""
    size: int = 0
    source: str = ""

    def pour(self, handle: BinaryIO) -> None:
        """Into an open file."""
        if not self.sha256:
            handle.write(self.content)
        elif not self.source:
            raise ConvergeError(f"the contents {self.sha256[:12]} ({self.size} bytes) are not on this host; run it again")
        else:
            import shutil  # only long files need it

            with open(self.source, "rb") as origin:
                shutil.copyfileobj(origin, handle, 1 << 20)


class Resource(NamedTuple):
    """One thing on a host. Written ``kind:name``, where a name may hold colons."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Resource:
        kind, _, name = text.partition(":")
        return cls(kind, name)


class Change(NamedTuple):
    """One difference between desired and live; ``action`` is what apply does about it."""

    resource: Resource
    action: str
    origin: str = PENDING
    fields: Fields = {}  # noqa: RUF012 - a tuple field, never mutated
    diff: str = ""
    why: str = ""

    @property
    def name(self) -> str:
        return self.resource.name

    @classmethod
    def of(cls, told: documents.Told) -> Change:
        return cls(Resource.parse(told["resource"]), told["action"], told["origin"], told["fields"], told["diff"], told["why"])

    def as_dict(self) -> documents.Told:
        return {
            "resource": str(self.resource),
            "action": self.action,
            "origin": self.origin,
            "fields": self.fields,
            "diff": self.diff,
            "why": self.why,
        }


def origin(desired: T, last: T | None, live: T | None) -> str:
    """Who moved: git since we last applied (pending), somebody on the host (corrective), or both (conflict)."""
    if last is None or live == last:
        return PENDING
    return CORRECTIVE if last == desired else CONFLICT


def worst_sync(found: Iterable[str]) -> str:
    """The roll-up of several verdicts: the worst wins; nothing to judge is Synced."""
    return max(found, key=SYNC_ORDER.index, default=SYNC_ORDER[0])


def worst_health(found: Iterable[str]) -> str:
    """The same of healths; nothing to judge is Healthy."""
    return max(found, key=HEALTH_ORDER.index, default=HEALTH_ORDER[0])


def merged_origin(origins: list[str]) -> str:
    """The origin of a consequence (a reload, say) of several changes."""
    found = set(origins)
    if CONFLICT in found or len(found) > 1:
        return CONFLICT
    return found.pop() if found else PENDING


class Applied(NamedTuple):
    """One kind's part of what was last applied, by name.

    ``values`` without what somebody else declares now. ``before``: what had been there when a name was first declared (None: nothing);
    a name that is missing there was first applied by a version that did not look. ``paths``: all that was applied to the file system;
    ``loaded``: which start of a process read what.
    """

    values: Mapping[str, remembered.Recorded] = {}
    before: Mapping[str, remembered.Recorded] = {}
    paths: frozenset[str] = frozenset()
    prune: bool = False
    loaded: Mapping[str, remembered.Loaded] = {}

    def gone(self, kind: str, name: str, fields: Fields, certain: bool = True) -> Change:
        """What is not declared any more: removed where we are ``certain`` that it is ours to remove, else when people say so (prune)."""
        if certain or self.prune:
            return Change(Resource(kind, name), "remove", fields=fields, why="no longer declared")
        return Change(Resource(kind, name), REPORT, fields=fields, why="no longer declared (requires pruning)")
