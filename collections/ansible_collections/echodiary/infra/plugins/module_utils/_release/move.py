# SPDX-License-Identifier: GPL-3.0-or-later
"""Moves the traffic between the two slots, and what rests with it. Each step is recorded first, so that a killed run is finished, or
undone, by the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._kinds import compose, model
from . import decide, handover, idle_slot, images, slots, traffic, trial

if TYPE_CHECKING:
    from .look import Standing


def to(standing: Standing, slot: str) -> None:
    """From here on a killed run is finished by the next one, whichever step it was at."""
    old = slots.other(standing.names, slot)
    if standing.release.get("steps") and standing.active and standing.edge["socket"]:
        _try(standing, old, slot)
    _record(standing, following=slot)
    try:
        handover.over(standing, old, slot)
        traffic.let_in(standing.edge, slot)
    except model.ConvergeError as error:
        told = _given_back(standing, slot, old)
        standing.record["next"] = ""
        standing.save()
        raise model.ConvergeError(f"{error}{told}{handover.back(standing, slot, old)}") from error
    standing.clock("let_in")
    arrived(standing, slot)
    try:
        _leave(standing, old)
    except model.ConvergeError as error:
        # the new slot serves, so this is no failure to be taken back: it is told, and the next run puts it right
        standing.unsettled = True
        standing.notes.append(f"slot {old} was left but does not rest yet ({error}); the next converge sees to it")


def _given_back(standing: Standing, slot: str, old: str) -> str:
    """The requests; that HAProxy cannot be told keeps nobody's work from being given back as well."""
    try:
        traffic.correct(standing.edge, old, [slot], standing.release["slots"])
    except model.ConvergeError as error:
        standing.unsettled = True
        return f"; and the traffic could not be put right: {error}"
    return ""


def _try(standing: Standing, old: str, slot: str) -> None:
    """Until it was seen through, the old slot is the one that serves: a run that is killed here is undone by the next."""
    _record(standing, on_trial=slot)
    projects = {name: standing.project(name) for name in standing.names}
    release = standing.release
    place = trial.Place(standing.edge, slot, old, projects, release["service"], release["slots"][slot])
    why = trial.run(place, trial.Wish.of(release))
    standing.clock("trial")
    if why:
        standing.record["trial"] = ""
        standing.save()
        raise model.ConvergeError(f"the release in slot {slot} was put out: {why}")


def _record(standing: Standing, following: str = "", on_trial: str = "") -> None:
    standing.record.update({"active": standing.active, "next": following, "trial": on_trial})
    standing.save()


def _leave(standing: Standing, old: str) -> None:
    drain = standing.release["drain"]
    left = traffic.drain(standing.edge, old, drain)
    standing.clock("drain")
    if left:
        standing.notes.append(f"{left} requests were still in flight in slot {old} after {drain:.0f} s; it had its grace period")
    _rest(standing, old)
    standing.clock("stop")


def arrived(standing: Standing, slot: str) -> None:
    """It serves, and the record says so."""
    goes_back = standing.release["state"] == decide.PREVIOUS
    held = standing.record["releases"][slot] if goes_back else standing.wanted()
    standing.record.update({"active": slot, "next": "", "trial": ""})
    standing.record["releases"][slot] = held
    if not goes_back:
        standing.remember_workers(slot)
    known = [held["image"], *standing.record["images"]]
    standing.record["images"] = images.keep(standing.spec["name"], known, standing.release["keep"])
    standing.save()
    standing.active, standing.serving, standing.idle = slot, slot, slots.other(standing.names, slot)


def _rest(standing: Standing, slot: str) -> None:
    traffic.rest(standing.edge, slot)
    compose.stop(standing.project(slot))


def take_out(standing: Standing, slot: str) -> None:
    """Left over from a killed run: it may still answer requests."""
    traffic.drain(standing.edge, slot, standing.release["drain"])
    _rest(standing, slot)


def settle(standing: Standing, slot: str) -> None:
    """The slot that serves was put right in place: nobody else gets requests, and the record says so."""
    ports = standing.release["slots"]
    if standing.servers is not None and traffic.plan(standing.edge, standing.servers, slot, model.CORRECTIVE, ports):
        traffic.correct(standing.edge, slot, [standing.idle], ports)
    record = standing.record
    held = record["releases"].get(slot)
    same = held == standing.wanted() and record.get("workers", {}).get(slot, []) == standing.release.get("workers", [])
    if record["active"] != slot or record["next"] or record["trial"] or not same:
        arrived(standing, slot)
    if standing.running.get(standing.idle):
        take_out(standing, standing.idle)


def mend_idle(standing: Standing, changes: list[model.Change]) -> list[model.Change]:
    """What rests is made anew as planned. That this fails is no failure of what serves: it is told, and tried again."""
    ours = decide.of_idle(changes, standing.idle)
    if not ours or (ours.action == "update" and make_idle_anew(standing)):
        return changes
    standing.unsettled = True
    return [change._replace(action="report") if change is ours else change for change in changes]


def make_idle_anew(standing: Standing) -> bool:
    idle = standing.idle
    try:
        idle_slot.make_anew(standing.project(idle), standing.kept(idle)["services"], standing.record["releases"][idle]["image"])
    except model.ConvergeError as error:
        standing.unsettled = True
        standing.notes.append(f"what rests in slot {idle} could not start, and is not made anew: {error}")
    return not standing.unsettled
