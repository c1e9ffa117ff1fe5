# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories as a loop over services has brought them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from ...module_utils._history.shapes import Entry
    from .shapes import Service, Told


class Read(TypedDict, total=False):
    """Of a loop over services, what ``release_history`` has returned."""

    item: Service
    entries: list[Entry]
    msg: str


def told(one: Read) -> Told:
    trouble = "" if "entries" in one else " ".join(one.get("msg", "its history was not read").split())
    return {"component": one["item"]["component"], "entries": one.get("entries", []), "trouble": trouble}
