# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gate tells people and returns: a short line while it waits, one line when it ends, the time line as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import PASS, Condition, Settings, Tick
from .timeline import PASSED, Decision, streak

if TYPE_CHECKING:
    from .model import Finding
    from .shapes import Seen, Shown


def waiting(line: list[Tick], settings: Settings, elapsed: float) -> str:
    passes = f"{streak(line, PASS)}/{settings.passes}"
    culprit = line[-1].culprit()
    about = f"{culprit[0]} {culprit[1].why}" if culprit else "passing"
    return f"gate {passes}, {elapsed:.0f} s of {settings.deadline:g}: {about[:160]}"


def ended(decision: Decision, line: list[Tick], conditions: list[Condition], elapsed: float) -> str:
    """One line: how it ended, which condition is to blame, what was seen last."""
    if decision.verdict == PASSED:
        return f"gate passed after {elapsed:.1f} s: " + "; ".join(f"{name} {found.why}" for name, found in line[-1].findings.items())
    head = f"gate {decision.verdict} after {elapsed:.0f} s and {len(line)} look{'s' if len(line) > 1 else ''}"
    culprit = line[-1].culprit()
    if culprit is None:
        return f"{head}: {decision.why}"
    return f"{head}: {_named(culprit[0], conditions)} {culprit[1].why}"


def _named(name: str, conditions: list[Condition]) -> str:
    """Name and address, once when they are the same."""
    url = next(condition.probes[0]["url"] for condition in conditions if condition.name == name)
    return name if name == url else f"'{name}' ({url})"


def timeline(line: list[Tick]) -> list[Shown]:
    """Small: bodies stand in ``last`` only, reasons only where they differ from the tick before."""
    shown: list[Shown] = []
    before: dict[str, str] = {}
    for tick in line:
        found = {name: _short(finding, before.get(name)) for name, finding in tick.findings.items()}
        before = {name: finding.why for name, finding in tick.findings.items()}
        shown.append({"at": round(tick.at, 2), "verdict": tick.verdict, "conditions": found})
    return shown


def _short(finding: Finding, before: str | None) -> Seen:
    seen: Seen = {"verdict": finding.verdict, "why": finding.why, **finding.facts}
    seen.pop("body", None)
    if finding.verdict == PASS or finding.why == before:
        del seen["why"]
    return seen


def last(line: list[Tick]) -> dict[str, Seen]:
    """What was seen last of each condition, bodies included."""
    return {name: {"verdict": found.verdict, "why": found.why, **found.facts} for name, found in line[-1].findings.items()}


def with_logs(message: str, logs: dict[str, str]) -> str:
    return message + "".join(f"\n--- last lines of {name}\n{text}" for name, text in logs.items() if text)
