# SPDX-License-Identifier: GPL-3.0-or-later
"""The aspects there are, and what is done with all of them alike: what was allowed is left out, what is chosen is put right."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._host import globs
from .._kinds import model
from . import accounts, allowed, apt, containers, files, mounts, names, packets, privileges, sockets, sshd, verified
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
    findings: list[Finding] = []
    kept: dict[str, remembered.Kept] = {}
    notes: list[str] = []
    for name in spec["aspects"]:
        aspect = ASPECTS[name]
        seen = aspect.observe(known)
        judged = [allowed.judge(finding, spec, known, today) for finding in aspect.plan(seen, known)]
        kept.update(files.kept(seen, known) if aspect is files else {})
        notes += list(_remembered(seen, known)) if aspect is verified else []
        kept.update({one.finding.resource.name: one.kept for one in judged if one.kept})
        found = [one.finding for one in judged if not one.allowed]
        notes += sockets.notes(known) if aspect is sockets else []
        notes += [f"{len(found) - MOST} more of {name} are not shown"] if len(found) > MOST else []
        findings += found[:MOST]
    healed = frozenset(one.resource for one in findings if one.healable and globs.matches_any(str(one.resource), spec["remove"]))
    return Watched(tuple(findings), healed, kept, tuple(notes))


def _remembered(seen: verified.Seen, known: Known) -> Iterator[str]:
    if not known.check:
        verified.remember(seen, known.state_dir)
    elif seen.left:
        yield verified.note(seen)


def _change(finding: Finding, healed: bool) -> model.Change:
    why = finding.why if healed else _told(finding)
    return model.Change(finding.resource, _action(finding) if healed else model.REPORT, model.CORRECTIVE, finding.fields, finding.diff, why)


def _told(finding: Finding) -> str:
    """With what people type to end it."""
    step = finding.step or shlex.join(finding.heal)
    return f"{finding.why}; to put it right: {step}" if step else finding.why


def _action(finding: Finding) -> str:
    return "remove" if finding.removable else "restore" if finding.restore is not None else "heal"
