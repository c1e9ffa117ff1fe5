# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a rollback goes: to what history calls good and older than what runs, else nowhere. Pure.

The other slot is not asked which release is good: it holds whatever served last, which after a rollback or a deploy that was taken
back is the very release that failed. It only says what is at hand. Where there is no history at all it is all there is to go by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...module_utils._history import goodness
from .._history import table

if TYPE_CHECKING:
    from ...module_utils._history.shapes import Entry
    from ...module_utils._history.shapes import Release as Named

SCHEMA_GATE = "the release before on the new schema"


class Release(NamedTuple):
    """What a slot holds; an empty image when it holds nothing."""

    image: str = ""
    config: str = ""


class Host(NamedTuple):
    """``entries``: its history, oldest first."""

    name: str
    running: Release
    resting: Release
    entries: list[Entry]


class Way(NamedTuple):
    """``image`` to go to; ``at_hand``: it rests on every host; ``proven``: a deploy has shown that it can live with the schema;
    ``leaves``: the id of the entry that is rolled back."""

    image: str
    at_hand: bool
    proven: bool
    leaves: str

    @property
    def state(self) -> str:
        """What ``release`` is asked for: what rests everywhere needs no registry, no migration and no new container."""
        return "previous" if self.at_hand else "present"

    @property
    def expect(self) -> str:
        """What has to rest there."""
        return self.image if self.at_hand else ""


class NoWayBackError(Exception):
    """One line for people: what, why, what to do next."""


class _Step(NamedTuple):
    """The way back as one host knows it. ``current``: the good entry that runs, if what runs is good."""

    goal: Entry | None
    current: Entry | None


def choose(hosts: list[Host], named: str, also: str = "") -> Way:
    """``hosts``: the first of them leads. ``named``: an image that somebody asked for, which needs no history's blessing. ``also``: what a
    command that is suggested needs beside the release."""
    seen = [host._replace(entries=view) for host, view in zip(hosts, _views(hosts), strict=True)]
    if named:
        return _by_name(seen, named)
    if not any(_moves(host.entries) for host in seen):
        return _without_history(seen, also)
    steps = [_step(host) for host in seen]
    chosen = min(range(len(seen)), key=lambda number: _rank(steps[number], number, seen[number]))
    goal = steps[chosen].goal
    if goal is None:
        raise NoWayBackError(_nowhere(seen[0], steps[0], also))
    left = steps[chosen].current
    way = _to(goal["digest"], goal, seen, left["id"] if left else "")
    if not way.at_hand and _alike(way.image, seen[chosen].running.image):
        raise NoWayBackError(_only_configuration(goal))
    return way


def _views(hosts: list[Host]) -> list[list[Entry]]:
    """What each host remembers, and what it missed: a deploy has one id on all hosts, what converge brought has one on each."""
    shared = {entry["id"]: entry for host in hosts for entry in host.entries if entry["kind"] != "converge"}
    return [_with(host.entries, shared) for host in hosts]


def _with(own: list[Entry], shared: dict[str, Entry]) -> list[Entry]:
    known = {entry["id"] for entry in own}
    # the configuration of another host has another fingerprint
    missed: list[Entry] = [
        {**entry, "config": "", "config_before": "", "digest_before": ""} for name, entry in shared.items() if name not in known
    ]
    return sorted([*own, *missed], key=lambda entry: str(entry.get("at", ""))) if missed else own


def _moves(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry["kind"] in goodness.MOVES and entry.get("digest")]


def _step(host: Host) -> _Step:
    good = goodness.standing(host.entries)
    running: Named = {"digest": host.running.image, "config": host.running.config}
    here = next((number for number, entry in enumerate(good) if goodness.same(entry, running)), None)
    if here is None:
        return _Step(good[-1] if good else None, None)
    return _Step(good[here - 1] if here else None, good[here])


def _rank(step: _Step, number: int, host: Host) -> tuple[bool, bool, bool, int, int]:
    """A host on which something runs that is not good decides first, then the one whose release is the newest; last of all one on which
    nothing runs, or that could not be asked."""
    place = host.entries.index(step.current) - len(host.entries) if step.current else 0
    return (step.goal is None, not host.running.image, step.current is not None, -place, number)


def _by_name(hosts: list[Host], named: str) -> Way:
    """A tag that has served here means what served then: no registry has to be asked, and whoever moved it is not followed."""
    image, lead = _as_it_was(named, hosts[0].entries), hosts[0]
    current = _step(lead).current
    return Way(image, _rests_everywhere(image, None, hosts), _alike(image, lead.running.image), current["id"] if current else "")


def _as_it_was(named: str, entries: list[Entry]) -> str:
    repository, _, tag = named.rpartition(":")
    if "@" in named or "/" in tag:
        return named
    served = (entry["digest"] for entry in reversed(_moves(entries)) if entry.get("release") in (tag, named))
    return next((image for image in served if image.startswith(f"{repository}@sha256:")), named)


def _without_history(hosts: list[Host], also: str) -> Way:
    image = hosts[0].resting.image
    if not image:
        raise NoWayBackError(
            "nothing to go back to: no release is recorded here, and the other slot holds none; deploy one: "
            f"ansible-playbook echodiary.infra.deploy -e release=<tag or digest>{also}"
        )
    return Way(image, _rests_everywhere(image, None, hosts), _alike(image, hosts[0].running.image), "")


def _to(image: str, goal: Entry, hosts: list[Host], leaves: str) -> Way:
    lead = hosts[0]
    proven = _alike(image, lead.running.image) or _proven(goal, lead.entries)
    return Way(image, _rests_everywhere(image, goal, hosts), proven, leaves)


def _rests_everywhere(image: str, goal: Entry | None, hosts: list[Host]) -> bool:
    return all(_rests(image, goal, host) for host in hosts)


def _rests(image: str, goal: Entry | None, host: Host) -> bool:
    """With a configuration that was good, where it is known which one was: the same image may have failed with another."""
    if not host.resting.image or not _alike(image, host.resting.image):
        return False
    known = {str(one.get("config") or "") for one in goodness.standing(host.entries) if _alike(one["digest"], image)} - {""}
    return goal is None or not known or host.resting.config in known


def _proven(goal: Entry, entries: list[Entry]) -> bool:
    """Every migration since it last served was made under its eyes, and it was well afterwards."""
    at = max((number for number, entry in enumerate(entries) if entry["id"] == goal["id"]), default=None)
    if at is None:
        return False
    later = [(number, entry) for number, entry in enumerate(entries) if number > at and entry.get("migration_to")]
    return all(SCHEMA_GATE in (entry.get("gates") or {}) and _served_before(number, entries, goal) for number, entry in later)


def _served_before(number: int, entries: list[Entry], goal: Entry) -> bool:
    before = entries[number].get("digest_before")
    if not before:
        current = goodness.good(entries[:number]).current
        before = current["digest"] if current else ""
    return _alike(before, goal["digest"])


def _alike(one: str, other: str) -> bool:
    return bool(one) and goodness.digest(one) == goodness.digest(other)


def _nowhere(lead: Host, step: _Step, also: str) -> str:
    runs = table.release(step.current) if step.current else _short(lead.running.image)
    said = [f"nothing to go back to: no good release before {runs} is recorded"]
    resting = lead.resting.image
    if resting and not _alike(resting, lead.running.image):
        said.append(f"the other slot holds {_short(resting)}, {_why_not(resting, lead.entries)}")
        by_name = f", or all the same: ansible-playbook echodiary.infra.rollback -e release={goodness.digest(resting)}{also}"
    else:
        command = f"ansible-playbook echodiary.infra.rollback -e release=<tag or digest>{also}"
        by_name = f", or name one: {command} (echodiary.infra.history lists them)"
    return f"{'; '.join(said)}. Deploy one that is well: ansible-playbook echodiary.infra.deploy -e release=<tag or digest>{also}{by_name}"


def _why_not(image: str, entries: list[Entry]) -> str:
    tried = [entry for entry in _moves(entries) if _alike(entry["digest"], image)]
    if any(entry["outcome"] == "succeeded" for entry in tried):
        return "which was rolled back from"
    return f"whose last deploy ended as {tried[-1]['outcome']}" if tried else "of which nothing is recorded"


def _only_configuration(goal: Entry) -> str:
    return (
        f"{table.release(goal)} served before with another configuration, which is in no slot any more: "
        "take the change back in git, then ansible-playbook echodiary.infra.site"
    )


def _short(image: str) -> str:
    return goodness.digest(image).removeprefix("sha256:")[:12] or "nothing"
