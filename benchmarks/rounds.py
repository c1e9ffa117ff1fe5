# SPDX-License-Identifier: GPL-3.0-or-later
"""Who runs when: everybody in turn, round after round, so that what else the machine does meets all alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import proof
from benchmarks.contenders import Contender, Outcome
from benchmarks.fleet import Fleet
from benchmarks.settings import Settings


@dataclass
class Sample:
    """What one contender took in one mode on one number of hosts (s), a number per run."""

    wall: list[float] = field(default_factory=list)
    controller: list[float] = field(default_factory=list)
    machine: list[float] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.wall.append(round(outcome.took.wall, 3))
        self.controller.append(round(outcome.took.cpu, 3))
        self.machine.append(round(outcome.took.machine, 3))


#: contender -> mode -> sample
Samples = dict[str, dict[str, Sample]]


def empty(contenders: list[Contender]) -> Samples:
    return {contender.key: {mode: Sample() for mode in contender.modes} for contender in contenders}


def measure(
    samples: Samples, contenders: list[Contender], fleet: Fleet, chosen: Settings, sockets: Path, say: Callable[[str], None]
) -> None:
    """Fills `samples`: what is there already is not lost when somebody interrupts."""
    spent = dict.fromkeys(samples, 0.0)
    for turn in range(chosen.rounds):
        # Another one begins each time: nobody always has the caches that somebody else has warmed.
        order = contenders[turn % len(contenders) :] + contenders[: turn % len(contenders)]
        for contender in order:
            modes_of = samples[contender.key]
            cost = spent[contender.key] / max(1, len(modes_of[contender.modes[0]].wall))
            if turn and chosen.budget and spent[contender.key] + cost > chosen.budget:
                continue
            took = {mode: _once(contender, fleet, mode, sample, sockets) for mode, sample in modes_of.items()}
            spent[contender.key] += sum(took.values())
            said = "  ".join(f"{mode} {seconds:6.2f} s" for mode, seconds in took.items())
            say(f"{len(fleet.names):>3} hosts, round {turn + 1}: {contender.title:<24}{said}")


def _once(contender: Contender, fleet: Fleet, mode: str, sample: Sample, sockets: Path) -> float:
    outcome = contender.run(fleet, mode == "check", sockets)
    sample.add(outcome)
    proof.no_op(contender, fleet, outcome)
    return outcome.took.wall
