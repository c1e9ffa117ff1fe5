# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gate speaks in: conditions, what was found, ticks of a time line, a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from ...module_utils._gate.shapes import Answer, Probe
    from .shapes import Facts

PASS = "pass"  # noqa: S105
FAIL = "fail"
INCONCLUSIVE = "inconclusive"


class GateError(Exception):
    """The gate itself is wrong (not what it watches): which option, what is wrong with it, what to write instead."""


class Settings(NamedTuple):
    """Seconds but for ``passes`` and ``fail_after``, which count ticks; ``fail_after`` 0 means that only the deadline ends it."""

    passes: int = 3
    interval: float = 1.0
    timeout: float = 5.0
    deadline: float = 60.0
    hold: float = 0.0
    fail_after: int = 0


class Finding(NamedTuple):
    """One condition at one tick. ``why`` is one line for people, ``facts`` what was seen (status, body, value, samples)."""

    verdict: str
    why: str
    facts: Facts


class Tick(NamedTuple):
    at: float
    findings: dict[str, Finding]

    @property
    def verdict(self) -> str:
        """A failure outweighs a lack of evidence, and both outweigh any number of passes."""
        verdicts = {finding.verdict for finding in self.findings.values()}
        return next((verdict for verdict in (FAIL, INCONCLUSIVE) if verdict in verdicts), PASS)

    def culprit(self) -> tuple[str, Finding] | None:
        """The first condition that has the tick's verdict, unless that is to pass."""
        wanted = self.verdict
        found = [(name, finding) for name, finding in self.findings.items() if finding.verdict == wanted]
        return found[0] if wanted != PASS else None


class Condition(Protocol):
    """``probes`` are asked at every tick, from the host or the controller; ``judge`` gets their answers in the same order."""

    @property
    def name(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def probes(self) -> list[Probe]: ...
    def judge(self, answers: list[Answer]) -> Finding: ...


def one_line(text: str, longest: int = 300) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
