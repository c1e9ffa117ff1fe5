# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts of a deploy returned, and what follows from it: who moved, whom to take back, what serves where. Pure.

``result`` is what ``echodiary.infra.release`` returned on a host, as Ansible registers it: skipped where a later batch passed the host by.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from .results import Held, Rolled, Task

Result = TypeVar("Result", bound="Task")

#: kinds that change which release serves; a restart has nothing to go back to
MOVING = ("deploy", "rollback")


class Serving(NamedTuple):
    """An image together with its configuration's fingerprint; empty where one is not known."""

    image: str
    config: str

    def differs(self, other: Serving) -> bool:
        return any(mine and theirs and mine != theirs for mine, theirs in zip(self, other, strict=True))

    def __str__(self) -> str:
        return short(self.image) + (f" ({self.config[:8]})" if self.config else "")


def rolled(roll: Result | None, kept: Result | None) -> Result | None:
    """``roll``: of the last batch. ``kept``: what was put aside after the host's own batch, which a failure there comes before."""
    return roll if roll and not roll.get("skipped") else kept or roll


def moved(kind: str, results: Mapping[str, Rolled | None]) -> dict[str, str]:
    """Host -> the image to go back to, for every host that got something new and has something to go back to."""
    if kind not in MOVING:
        return {}
    found = {}
    for host, result in results.items():
        release = result.get("release") if result else None
        previous = _serving(release.get("previous") if release else None)
        if previous and result and result.get("changed") and not result.get("failed"):
            found[host] = previous.image
    return found


def unwell(kind: str, results: Mapping[str, Rolled | None]) -> str:
    """The first host on which a new release was brought up and did not become well: its slot was put back. What was well is asked more."""
    failed = [host for host, result in sorted(results.items()) if kind == "deploy" and result and result.get("failed")]
    return next((host for host in failed if _was_put_back(results[host])), "")


def _was_put_back(result: Rolled | None) -> bool:
    return any("take_back" in one.get("seconds", {}) for one in (result or {}).get("components") or [])


def left_with(roll: Rolled | None, back: Rolled | None) -> Serving | None:
    """What a host said it serves after the last thing that was done to it; None where nothing was, or nothing was said."""
    last = back if back and back.get("components") else roll
    return _serving(last.get("release") if last else None)


def found_on(served: Rolled | None) -> Serving | None:
    """What a host was found to serve when it was asked last of all; None where it did not answer."""
    release = served.get("release") if served else None
    return _serving(release.get("running") if release else None)


def _serving(held: Held | None) -> Serving | None:
    image = held.get("image") if held else None
    return Serving(image, held.get("config") or "") if held and image else None


def short(image: str) -> str:
    """An image in few letters: its digest's beginning, or its tag."""
    name, _, digest = image.partition("@sha256:")
    return digest[:12] or name.rpartition("/")[2]
