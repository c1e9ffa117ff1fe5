# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the gate open, shut, or undecided yet? Pure functions over the time line, which is all the state a gate has."""

from __future__ import annotations

import math
from typing import NamedTuple

from .model import FAIL, INCONCLUSIVE, PASS, Settings, Tick

PASSED, FAILED = "passed", "failed"

#: people want to hear something at least this often (s)
BATCH = 10.0
#: a gate that may give up early looks at what it heard this often (s)
EARLY = 3.0


class Decision(NamedTuple):
    """``verdict``: passed, failed or inconclusive; ``why`` is for people where no condition is to blame."""

    verdict: str
    why: str = ""


def streak(line: list[Tick], verdict: str) -> int:
    """How many ticks at the end of the line in a row have ``verdict``."""
    count = 0
    for tick in reversed(line):
        if tick.verdict != verdict:
            break
        count += 1
    return count


def decide(line: list[Tick], settings: Settings, elapsed: float) -> Decision | None:
    """None while it is worth asking on. Enough passes count even when the deadline has come meanwhile."""
    passes = streak(line, PASS)
    if passes >= settings.passes and _held(line, passes) >= settings.hold:
        return Decision(PASSED)
    if settings.fail_after and streak(line, FAIL) >= settings.fail_after:
        return Decision(FAILED)
    return at_deadline(line, settings) if elapsed >= settings.deadline else None


def at_once(tick: Tick) -> Decision:
    """What a single look says, for check mode."""
    return Decision({PASS: PASSED, FAIL: FAILED, INCONCLUSIVE: INCONCLUSIVE}[tick.verdict])


def at_deadline(line: list[Tick], settings: Settings) -> Decision:
    """Failed when what was seen last failed, or passed too late; inconclusive when what was seen last was no evidence."""
    last = line[-1].verdict
    if last == INCONCLUSIVE:
        return Decision(INCONCLUSIVE)
    if last == FAIL:
        return Decision(FAILED)
    passes, held = streak(line, PASS), _held(line, streak(line, PASS))
    wanted = f"{settings.passes} in a row" + (f" over {settings.hold:g} s" if settings.hold else "")
    return Decision(FAILED, f"does not stay well: only the last {passes} of {len(line)} looks passed ({held:.0f} s), {wanted} are needed")


def missing(line: list[Tick], settings: Settings) -> int:
    """How many more ticks the gate needs at least to open: so many can be asked for in one call without asking one too many."""
    passes = streak(line, PASS)
    for_hold = math.ceil((settings.hold - _held(line, passes)) / settings.interval) + (0 if passes else 1) if settings.hold else 0
    wanted = max(1, settings.passes - passes, for_hold)
    longest = EARLY if settings.fail_after else BATCH
    return min(wanted, max(1, round(longest / settings.interval)))


def unwanted_left(line: list[Tick], settings: Settings) -> int:
    """After how many more failing ticks in a row this gate is shut: whoever asks can stop there. 0 where it waits for its deadline."""
    return max(1, settings.fail_after - streak(line, FAIL)) if settings.fail_after else 0


def _held(line: list[Tick], passes: int) -> float:
    return line[-1].at - line[-passes].at if passes else 0.0
