# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a component is up, and from when to when it was not. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from .shapes import Notice, Outage, State

#: percent of failing requests at which hardly anybody is served
_DOWN = 50.0
#: s: two outages with less between them are one
BETWEEN = 300.0


def of(probed: float | None, failing: float | None, partly: float) -> State:
    """A probe that fails is believed before requests are, of which there may be none."""
    if probed is None and failing is None:
        return "unknown"
    if probed == 0 or (failing or 0.0) >= _DOWN:
        return "down"
    return "partly" if (failing or 0.0) >= partly else "up"


def followed(outages: Iterable[Outage], states: dict[str, State], now: float, meant: bool) -> list[Outage]:
    """The same list a minute later. What nobody measures goes on as it was. ``meant``: a maintenance goes on, in which none begins."""
    found: list[Outage] = [{**one} for one in outages]
    for key, state in states.items():
        last = next((one for one in reversed(found) if one["component"] == key), None)
        if state == "down":
            _begin(found, last, key, now, meant)
        elif state != "unknown" and last is not None and last["end"] is None:
            last["end"] = now
    return found


def _begin(found: list[Outage], last: Outage | None, key: str, now: float, meant: bool) -> None:
    if last is not None and (last["end"] is None or now - last["end"] < BETWEEN):
        last["end"] = None
    elif not meant:
        found.append({"component": key, "start": now, "end": None})


def recent(outages: Iterable[Outage], since: float) -> list[Outage]:
    return [one for one in outages if one["end"] is None or one["end"] >= since]


def active(notices: Iterable[Notice], now: float) -> list[Notice]:
    return [one for one in notices if one["start"] <= now and (one["end"] is None or now < one["end"])]


def planned(notices: Iterable[Notice], now: float) -> list[Notice]:
    return sorted((one for one in notices if one["start"] > now), key=lambda one: one["start"])


def over(notices: Iterable[Notice], now: float, since: float) -> list[Notice]:
    return [one for one in notices if one["end"] is not None and since <= one["end"] <= now]
