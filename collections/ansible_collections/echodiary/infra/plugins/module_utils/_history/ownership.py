# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose an entry is. An older version named no component: such an entry is told by its image, or it is nobody's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from .._ledger import files, records, shapes
from . import goodness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .shapes import Entry

#: what is asked of the record of a component's slots, which ``_release.slots`` writes beside the history
_HELD = shapes.fields({"image": shapes.TEXT})
_SLOTS = shapes.fields({}, {"releases": shapes.each(_HELD), "images": shapes.items(shapes.TEXT)})


class Owner(NamedTuple):
    """``images``: that it runs, has run, or keeps here; ``repositories``: that its images come from. ``only``: no other component has a
    release."""

    component: str
    images: frozenset[str]
    repositories: frozenset[str]
    only: bool


def owner(component: str, repository: str, images: Iterable[str], only: bool) -> Owner:
    known = frozenset(images)
    repositories = {repository, *map(_repository, known)} - {""}
    return Owner(component, frozenset(map(goodness.digest, known)), frozenset(repositories), only)


def held(history: str, component: str) -> list[str]:
    """Images that the slots of this component have here."""
    path = os.path.join(os.path.dirname(history), "slots", f"{component}.json")
    try:
        record = records.read(path, _SLOTS, 1).record or {}
    except files.LedgerError:
        return []  # of a newer version: whoever changes slots says so
    return [*record.get("images", []), *(one["image"] for one in record.get("releases", {}).values())]


def of(entries: list[Entry], whose: Owner) -> list[Entry]:
    """What is about the component, or about none (an incident). Pure."""
    return [entry for entry in entries if _is_about(entry, whose)] if whose.component else entries


def _is_about(entry: Entry, whose: Owner) -> bool:
    named, image = entry.get("component"), entry.get("digest")
    if named or not image:
        return not named or named == whose.component
    return whose.only or goodness.digest(image) in whose.images or _repository(image) in whose.repositories


def _repository(image: str) -> str:
    """Without digest and tag; a registry's port is no tag, and a digest alone is of none."""
    path, slash, name = image.partition("@")[0].rpartition("/")
    return "" if image.startswith("sha256:") else f"{path}{slash}{name.partition(':')[0]}"
