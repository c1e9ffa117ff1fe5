# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of a pipeline, whoever ran it, and who can be asked for them. Only types."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Run(NamedTuple):
    """``workflow``: its name; ``seconds``: of its last attempt, None where that is not known. ``conclusion``: success, failure,
    cancelled, …"""

    workflow: str
    conclusion: str
    seconds: float | None


class Pipeline(Protocol):
    """Who can be asked: for another service than GitHub, a further file that answers this."""

    def runs(self, since: float) -> list[Run]:
        """Those that are over and began since then (s since 1970). SpecError where nobody answers."""
