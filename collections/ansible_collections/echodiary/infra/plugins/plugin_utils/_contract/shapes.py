# SPDX-License-Identifier: GPL-3.0-or-later
"""What is judged, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...module_utils._contract.shapes import Observation, Trial

KEPT: Final = "kept"
BROKEN: Final = "broken"
#: broken, and the component accepts that
ACCEPTED: Final = "accepted"
UNTRIED: Final = "not tried"


class Wanted(NamedTuple):
    """Of the component. ``start``: it was to be started; ``works``: nobody asks it, so it never is; ``migrate``: who brings the schema
    along; ``asks``, ``scraped``: it declares requests, and metrics."""

    component: str
    image: str
    check_path: str
    check_status: int
    check_host: str
    deadline: float
    asks: bool
    scraped: bool
    migrate: str
    start: bool
    accepts: Sequence[str] = ()
    works: bool = False


class Finding(NamedTuple):
    """``why``: what is broken, or why it was not tried."""

    point: str
    verdict: str
    why: str = ""


class Case(NamedTuple):
    seen: Observation
    wanted: Wanted

    @property
    def trial(self) -> Trial:
        """Empty where nothing was started."""
        return self.seen["trial"] or {}

    @property
    def runs(self) -> bool:
        """Long enough to be looked into."""
        return "ended" in self.trial and not self.trial["ended"]

    @property
    def well(self) -> bool:
        return bool(self.trial.get("well"))


def kept(point: str) -> Finding:
    return Finding(point, KEPT)


def broken(point: str, why: str) -> Finding:
    return Finding(point, BROKEN, why)


def untried(point: str, why: str) -> Finding:
    return Finding(point, UNTRIED, why)
