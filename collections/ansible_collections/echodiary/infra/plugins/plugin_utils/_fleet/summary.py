# SPDX-License-Identifier: GPL-3.0-or-later
"""The last lines of a run: one with the totals, one with what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.command import Command
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.words import count, duration


@dataclass
class Totals:
    """What a run added up to. ``changed`` and ``would`` count resources and ordinary tasks, not hosts: what was changed, and what only
    would be, because it was looked at in check mode. A run may have both, whatever was typed."""

    check: bool = False
    hosts: int = 0
    changed: int = 0
    would: int = 0
    failed: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    #: "host: component" of what is in sync but does not work
    unhealthy: list[str] = field(default_factory=list)
    #: one host's failure was every host's, so nothing is to be done for those hosts alone
    together: bool = False
    #: per converged host
    remote_calls: list[int] = field(default_factory=list)
    seconds: float = 0.0


def total_line(totals: Totals) -> str:
    """ "0 changed · 3 hosts · 1 remote call each · 1.8 s"."""
    parts = [f"{totals.changed} changed"] if totals.changed or not (totals.check or totals.would) else []
    parts += [f"{totals.would} would change"] if totals.check or totals.would else []
    parts += [f"{len(totals.failed)} failed"] if totals.failed else []
    parts += [f"{len(totals.unreachable)} unreachable"] if totals.unreachable else []
    parts.append(count(totals.hosts, "host"))
    parts += [_remote_calls(totals.remote_calls)] if totals.remote_calls else []
    parts.append(duration(totals.seconds))
    return " · ".join(parts)


def _remote_calls(calls: Sequence[int]) -> str:
    if len(set(calls)) > 1:
        return f"{sum(calls)} remote calls"
    return count(calls[0], "remote call") + (" each" if len(calls) > 1 else "")


def unknown_lines(hosts: Sequence[str]) -> list[str]:
    """Hosts the table cannot have a column for."""
    return [f"? {', '.join(hosts)}: Unknown, see above"] if hosts else []


def next_lines(totals: Totals, command: Command, steps: Sequence[str], now: Sequence[str] = ()) -> list[str]:
    """What to do next: what the play says of this run, else mend, apply, look at what does not work, or what is worth opening."""
    if now:
        return [f"next: {step}" for step in now]
    if totals.failed or totals.unreachable:
        again = {} if totals.together else dict.fromkeys([*totals.failed, *totals.unreachable])
        return [f"next: mend what is said above, then {command.line(tuple(again))}"]
    if not totals.hosts:
        return ["next: nothing was done, because no host matched; ansible-inventory --graph shows those there are"]
    if totals.check and totals.would:
        return [f"next: {command.line()}"]
    if totals.unhealthy:
        return [f"next: look at {', '.join(totals.unhealthy)}"]
    return [f"next: {step}" for step in steps]
