# SPDX-License-Identifier: GPL-3.0-or-later
"""The aspects there are, and what is done with all of them alike: what was allowed is left out, what is chosen is put right."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .._host import dpkg, globs
from .._kinds import model
from . import accounts, allowed, apt, containers, files, memory, mounts, names, packets, privileges, reading, sockets, sshd, verified
from .shapes import Finding

if TYPE_CHECKING:
    from .._kinds import documents, remembered
    from .shapes import Aspect, Known

ASPECTS: Mapping[str, Aspect] = {
    files.NAME: files,
    verified.NAME: verified,
    mounts.NAME: mounts,
    privileges.NAME: privileges,
    names.NAME: names,
    containers.NAME: containers,
    packets.NAME: packets,
    accounts.NAME: accounts,
    sshd.NAME: sshd,
    apt.NAME: apt,
    sockets.NAME: sockets,
}
#: told of one aspect: a directory that was copied here would hide everything else
MOST = 100


class Watched(NamedTuple):
    """``healed``: what is put right by the next apply, because people chose that."""

    findings: tuple[Finding, ...] = ()
    healed: frozenset[model.Resource] = frozenset()
    kept: Mapping[str, remembered.Kept] = {}
    notes: tuple[str, ...] = ()

    def changes(self) -> list[model.Change]:
        return [_change(finding, finding.resource in self.healed) for finding in self.findings]

    def degraded(self) -> str:
        """Why the host is not well though nothing of ours is wrong, and what to do; empty where nobody feels it."""
        return "; ".join(f"{one.resource}: {_told(one)}" for one in self.findings if one.degraded)


def look(spec: documents.WatchSpec, known: Known, today: str) -> Watched:
    """``today``: as in 2026-01-31."""
    reading.entries.cache_clear()
    basis = memory.basis([str(dpkg.settled())], known.paths, known.units, known.owned, known.packages)
    known = known._replace(memory=memory.load(known.state_dir, basis))
    seen = {name: ASPECTS[name].observe(known) for name in spec["aspects"]}
    judged = {name: [allowed.judge(one, spec, known, today) for one in ASPECTS[name].plan(seen[name], known)] for name in seen}
    told = _settled({name: [one.finding for one in several if not one.allowed] for name, several in judged.items()}, known)
    if not known.check:
        memory.save(known.state_dir, basis, _remembered(seen, told), known.memory)
    findings = tuple(one for several in told.values() for one in several[:MOST])
    return Watched(
        findings,
        frozenset(one.resource for one in findings if one.healable and globs.matches_any(str(one.resource), spec["remove"])),
        _kept(seen, [one for several in judged.values() for one in several], known),
        tuple(_notes(seen, told, known)),
    )


def _settled(told: Mapping[str, list[Finding]], known: Known) -> dict[str, list[Finding]]:
    """Without what a package is in the middle of."""
    resources = [one.resource for several in told.values() for one in several]
    passed = known.upgrading.concerned(resources) if known.upgrading else frozenset()
    return {name: [one for one in several if one.resource not in passed] for name, several in told.items()}


def _remembered(seen: Mapping[str, Any], told: Mapping[str, list[Finding]]) -> memory.Memory:
    """What is told stays to be looked at."""
    walked: files.Seen = seen.get(files.NAME, files.Seen())
    sums: verified.Seen = seen.get(verified.NAME, verified.Seen())
    moved = {one.resource.name for one in told.get(files.NAME, ())}
    noted = {path: note for path, note in walked.noted.items() if path not in moved or note.found in (memory.STRANGER, memory.GONE)}
    return memory.Memory(noted, sums.noted, sums.whole, sums.read)


def _kept(seen: Mapping[str, Any], judged: list[allowed.Judged], known: Known) -> dict[str, remembered.Kept]:
    living = files.kept(seen[files.NAME], known) if files.NAME in seen else {}
    return {**living, **{one.finding.resource.name: one.kept for one in judged if one.kept}}


def _notes(seen: Mapping[str, Any], told: Mapping[str, list[Finding]], known: Known) -> Iterator[str]:
    yield from (f"{len(found) - MOST} more of {name} are not shown" for name, found in told.items() if len(found) > MOST)
    if verified.NAME in seen:
        yield from verified.told(seen[verified.NAME])
    if sockets.NAME in seen:
        yield from sockets.notes(known)


def _change(finding: Finding, healed: bool) -> model.Change:
    why = finding.why if healed else _told(finding)
    return model.Change(finding.resource, _action(finding) if healed else model.REPORT, model.CORRECTIVE, finding.fields, finding.diff, why)


def _told(finding: Finding) -> str:
    """With what people type to end it."""
    step = finding.step or shlex.join(finding.heal)
    return f"{finding.why}; to put it right: {step}" if step else finding.why


def _action(finding: Finding) -> str:
    return "remove" if finding.removable else "restore" if finding.restore is not None else "heal"
