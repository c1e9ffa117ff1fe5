# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host of a deploy has registered, under the names that the role gives its results; a host that has not come so far, nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .hosts import Serving, found_on, rolled

if TYPE_CHECKING:
    from .results import Judged, Migrated, Rehearsed, Rolled, Saved, Served, Variables, Watched


class Caller(NamedTuple):
    """Who runs this, and where one can watch."""

    who: str = ""
    url: str = ""


class Registered(NamedTuple):
    """``rolled``: of its own batch, once that was well; ``gate``: what it watched; ``saved``: the backup beside it; ``before``: what ran
    here when this began; ``image``: what was found to be deployed, if that was found; ``wanted``: what is declared for this run; ``tool``:
    who brings the schema along; ``prepared``: whether the release is staged there; ``commanded``: the command that did; ``began``: seconds
    since the epoch."""

    rolled: Rolled
    gate: Watched
    schema: Migrated
    rehearsal: Rehearsed
    verdict: Judged
    saved: Saved
    before: Serving
    image: str
    wanted: str
    tool: str
    prepared: bool
    commanded: list[str]
    address: str
    token: int | None
    leaves: str
    pending: list[str]
    schema_shown: bool
    caller: Caller
    began: float

    @property
    def slot(self) -> str:
        return str(self._release.get("slot") or "")

    @property
    def port(self) -> int | None:
        return self._release.get("port")

    @property
    def config(self) -> str:
        return str(self._release.get("config") or "")

    @property
    def changed(self) -> bool:
        return bool(self.rolled.get("changed"))

    @property
    def _release(self) -> Served:
        return self.rolled.get("release") or {}


def of(name: str, hostvars: Mapping[str, Variables]) -> Registered:
    known = hostvars[name]
    facts = known.get("ansible_facts") or {}
    prepared: Rolled = known.get("deploy_prepared") or {}
    caller, lease, way = facts.get("deploy_caller") or {}, known.get("deploy_lease") or {}, known.get("deploy_way") or {}
    return Registered(
        rolled=known.get("deploy_rolled") or {},
        gate=rolled(known.get("deploy_gate"), known.get("deploy_gate_kept")) or {},
        schema=known.get("deploy_schema") or {},
        rehearsal=known.get("deploy_rehearsal") or {},
        verdict=known.get("deploy_verdict") or {},
        saved=known.get("deploy_saved") or {},
        before=found_on(prepared or known.get("deploy_held")) or Serving("", ""),
        image=str(known.get("deploy_image") or ""),
        wanted=((prepared.get("release") or {}).get("wanted") or {}).get("image") or "",
        tool=prepared.get("migrate") or "",
        prepared="prepared" in prepared,
        commanded=((known.get("deploy_commanded") or {}).get("migration") or {}).get("command") or [],
        address=str(known.get("private_address") or known.get("ansible_host") or name),
        token=lease.get("token"),
        leaves=str(way.get("leaves") or ""),
        pending=[str(revision) for revision in known.get("deploy_pending") or []],
        schema_shown=bool(known.get("deploy_schema_shown")),
        caller=Caller(str(caller.get("who") or ""), str(caller.get("url") or "")),
        began=next((phase["at"] for phase in facts.get("deploy_phases") or []), 0.0),
    )


class Hosts(Mapping[str, Registered]):
    """What the hosts have registered. Ansible puts a host's variables together whenever it is asked, which takes milliseconds: each host is
    asked once, and only if somebody wants to know."""

    def __init__(self, names: Iterable[str], hostvars: Mapping[str, Variables]) -> None:
        self._names = list(names)
        self._hostvars = hostvars
        self._read: dict[str, Registered] = {}

    def __getitem__(self, name: str) -> Registered:
        if name not in self._read:
            self._read[name] = of(name, self._hostvars)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
