# SPDX-License-Identifier: GPL-3.0-or-later
"""What was deployed, how long it took to get there, what failed, and how long it took to be well again: from the history of releases."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._common import timestamps
from ..._history import table as histories
from .. import commands, model, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....module_utils._history.shapes import Entry
    from ..shapes import Plan, Told

KEY, TITLE = "deploys", "Deploys"
#: what moves a release
_MOVES = ("deploy", "rollback", "converge")
_DAY = 86_400


class Failure(NamedTuple):
    """``restored``: s until it was well again, None where it is not yet."""

    entry: Entry
    restored: float | None


class Figures(NamedTuple):
    """``lead``: s from the commit to where it served, of those deploys whose commit is known. ``failures``: of which users may have noticed
    something."""

    deploys: int
    succeeded: int
    failed: int
    taken_back: int
    partial: int
    refused: int
    rollbacks: int
    deploys_before: int
    lead: list[float]
    failures: list[Failure]

    @property
    def unrestored(self) -> list[Failure]:
        return [one for one in self.failures if one.restored is None]

    @property
    def bad(self) -> int:
        return self.failed + self.taken_back + self.partial


def figures(plan: Plan, entries: list[Entry], committed: Mapping[str, float]) -> Figures:
    """``entries``: of a component, newest first; ``committed``: commit -> s since 1970, of those that are known."""
    week = _DAY * plan["days"]
    own = _within(entries, plan["end"] - week, plan["end"])
    deploys = [entry for entry in own if entry["kind"] == "deploy"]
    count = Counter(entry["outcome"] for entry in deploys)
    return Figures(
        deploys=len(deploys),
        succeeded=count["succeeded"],
        failed=count["failed"],
        taken_back=count["taken_back"],
        partial=count["partial"],
        refused=count["refused"],
        rollbacks=sum(entry["kind"] == "rollback" and entry["outcome"] == "succeeded" for entry in own),
        deploys_before=sum(entry["kind"] == "deploy" for entry in _within(entries, plan["end"] - 2 * week, plan["end"] - week)),
        lead=list(_lead(deploys, committed)),
        failures=[found for entry in own if (found := _failure(entry, entries, plan["end"]))],
    )


def _lead(deploys: list[Entry], committed: Mapping[str, float]) -> Iterator[float]:
    for entry in deploys:
        if entry["outcome"] == "succeeded" and entry.get("commit") in committed:
            yield _at(entry) - committed[entry["commit"]]


def _at(entry: Entry) -> float:
    return timestamps.to_wall(entry["at"])


def _within(entries: list[Entry], begin: float, end: float) -> list[Entry]:
    """An entry that does not say when counts nowhere."""
    return [entry for entry in entries if _said_when(entry) and begin < _at(entry) <= end]


def _said_when(entry: Entry) -> bool:
    try:
        return bool(_at(entry)) if "at" in entry else False
    except ValueError:
        return False


def _failure(entry: Entry, entries: list[Entry], end: float) -> Failure | None:
    """A deploy that was taken back was well again when it ended. One that left hosts apart, or was gone back from, was when the next
    succeeded. One that changed nothing, or was refused, hurt nobody."""
    if entry["kind"] not in ("deploy", "converge"):
        return None
    if entry["outcome"] == "taken_back":
        return Failure(entry, (entry.get("seconds") or {}).get("total"))
    later = [one for one in _within(entries, _at(entry), end) if one["kind"] in _MOVES and one["outcome"] == "succeeded"]
    left = next((one for one in reversed(later) if one["kind"] == "rollback" and one.get("rollback_of") in _names(entry)), None)
    if entry["outcome"] == "succeeded":
        return Failure(entry, _at(left) - _at(entry)) if left else None
    if entry["outcome"] != "partial":
        return None
    return Failure(entry, _at(later[-1]) - _at(entry) if later else None)


def _names(entry: Entry) -> set[str]:
    return {name for name in (entry["id"], entry.get("digest")) if name}


def section(plan: Plan, told: list[Told], committed: Mapping[str, float]) -> model.Section:
    if not plan["services"]:
        return model.absent(KEY, TITLE, "no component here has a release")
    read = [(one, figures(plan, one["entries"], committed)) for one in told if not one["trouble"]]
    troubles = [f"{one['component']}: {one['trouble']}" for one in told if one["trouble"]]
    if not read:
        return model.unknown(KEY, TITLE, "; ".join(troubles) or "the history of releases was not read")
    todos = [todo for one, found in read for todo in _todos(plan, one["component"], found)]
    return model.Section(
        KEY,
        TITLE,
        "bad" if todos else "unknown" if troubles else "good",
        "; ".join(_said(one["component"], found) for one, found in read),
        tiles=[tile for one, found in read for tile in _tiles(one["component"], found)],
        tables=[table for one, found in read if (table := _table(plan, one["component"], one["entries"]))],
        notes=troubles,
        todos=todos,
        figures={one["component"]: _figures(found) for one, found in read},
    )


def _figures(found: Figures) -> dict[str, Any]:
    failures = [{"id": one.entry["id"], "outcome": one.entry["outcome"], "restored_seconds": one.restored} for one in found.failures]
    return {**found._asdict(), "failures": failures}


def _said(component: str, found: Figures) -> str:
    named = {
        "succeeded": found.succeeded,
        "taken back": found.taken_back,
        "left hosts apart": found.partial,
        "without effect": found.failed,
        "refused": found.refused,
    }
    counts = ", ".join(f"{count} {what}" for what, count in named.items() if count)
    return f"{component}: {found.deploys}, {counts}" if found.deploys else f"{component}: none"


def _tiles(component: str, found: Figures) -> list[model.Tile]:
    return [
        model.Tile(f"{component}: deploys", str(found.deploys), f"week before: {found.deploys_before}"),
        _not_well(component, found),
        _lead_tile(component, found),
        _restored(component, found),
    ]


def _not_well(component: str, found: Figures) -> model.Tile:
    said = f"{found.taken_back} taken back, {found.partial} apart, {found.failed} without effect; {found.rollbacks} rollbacks"
    return model.Tile(f"{component}: not well", str(found.bad), said, "bad" if found.bad else "good")


def _lead_tile(component: str, found: Figures) -> model.Tile:
    label, said = f"{component}: lead time", f"commit to serving, of {len(found.lead)} of {found.succeeded} deploys"
    if found.lead:
        return model.Tile(label, words.span(statistics.median(found.lead)), said)
    return model.Tile(label, model.UNKNOWN, said, "unknown") if found.succeeded else model.Tile(label, "-", said, "absent")


def _restored(component: str, found: Figures) -> model.Tile:
    state: model.State = "bad" if found.unrestored else "good"
    return model.Tile(f"{component}: time to restore", _restore(found), f"the longest of {len(found.failures)}", state)


def _restore(found: Figures) -> str:
    if found.unrestored:
        return "not yet"
    restored = [one.restored for one in found.failures if one.restored is not None]
    return words.span(max(restored)) if restored else "-"


def _table(plan: Plan, component: str, entries: list[Entry]) -> model.Table | None:
    own = [one for one in _within(entries, plan["end"] - _DAY * plan["days"], plan["end"]) if one["kind"] in _MOVES]
    rows = [
        (one["at"][:16].replace("T", " "), component, one["kind"], one["outcome"], histories.release(one), one.get("who", ""), _why(one))
        for one in own
    ]
    return model.Table(("when (UTC)", "component", "what", "outcome", "release", "who", "why"), rows) if rows else None


def _why(entry: Entry) -> str:
    said = " ".join((entry.get("error") or entry.get("why") or "").split())
    return said if len(said) <= 100 else f"{said[:99]}…"


def _todos(plan: Plan, component: str, found: Figures) -> list[model.Todo]:
    history = commands.playbook(plan, "history", f"component={component}")
    if found.unrestored:
        text = f"{component}: hosts run different releases since {found.unrestored[0].entry['at']}: bring them together"
        return [model.Todo(text, commands.playbook(plan, "rollback", f"component={component}"), urgent=True)]
    if found.bad:
        return [model.Todo(f"{found.bad} of {found.deploys} deploys of {component} did not go well: read why", history)]
    return []
