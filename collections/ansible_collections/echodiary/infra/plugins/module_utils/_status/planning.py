# SPDX-License-Identifier: GPL-3.0-or-later
"""Which notices there are afterwards. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .shapes import Asked, Notice

#: s after which one that is over is of no interest to the page
KEPT = 100 * 86_400


class NoticeError(Exception):
    """One line for people."""


def plan(notices: list[Notice], asked: Asked) -> list[Notice]:
    """By their start. One of the same id is said anew; what ended long ago goes."""
    state, now = asked["state"], asked["now"]
    if state == "read":
        return notices
    if state == "present" and asked["notice"]:
        found = [*(one for one in notices if one["id"] != asked["notice"]["id"]), asked["notice"]]
    elif state == "over":
        found = [_ended(one, now) if _is_meant(one, asked) and _goes_on(one, now) else one for one in notices]
    else:
        found = [one for one in notices if not _is_meant(one, asked)]
    return _recent(found, now)


def check_known(notices: list[Notice], asked: Asked) -> None:
    """An id that nobody gave is a mistake; that a play finds none of its own is not."""
    if asked["state"] in ("over", "withdrawn") and asked["id"] and not any(one["id"] == asked["id"] for one in notices):
        known = ", ".join(one["id"] for one in notices) or "none"
        raise NoticeError(f"there is no notice {asked['id']}; those that there are: {known}")


def _is_meant(one: Notice, asked: Asked) -> bool:
    return one["id"] == asked["id"] if asked["id"] else one["source"] == asked["source"]


def _goes_on(one: Notice, now: float) -> bool:
    return one["end"] is None or one["end"] > now


def _ended(one: Notice, now: float) -> Notice:
    """One that never began was never one, and is left to who withdraws it."""
    return {**one, "end": now} if one["start"] <= now else one


def _recent(notices: list[Notice], now: float) -> list[Notice]:
    return sorted((one for one in notices if one["end"] is None or one["end"] > now - KEPT), key=lambda one: one["start"])
