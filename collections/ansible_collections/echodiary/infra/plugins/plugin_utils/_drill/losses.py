# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be lost, and whether a drill may destroy it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .._common import production

HOST, DATABASE, EVERYTHING = "host", "database", "everything"
LOSSES = (HOST, DATABASE, EVERYTHING)


class Asked(NamedTuple):
    """``destroy``: False where it is lost already. ``allowed``: the inventory says that it may be; ``production``: environments in which
    nothing is destroyed whatever it says. ``destroyer``: file of tasks, which knows how. ``hosts``: of the inventory."""

    environment: str
    loss: str
    host: str
    destroy: bool
    allowed: bool
    production: tuple[str, ...]
    destroyer: str
    hosts: tuple[str, ...]


def refusals(asked: Asked) -> list[str]:
    """Why not; each says what to do. Nothing where it may begin."""
    return [*_unclear(asked), *(_forbidden(asked) if asked.destroy else ())]


def _unclear(asked: Asked) -> Iterator[str]:
    if not asked.environment:
        yield "the inventory does not name its environment: set echodiary_environment"
    if asked.loss == HOST and asked.host not in asked.hosts:
        yield f"which host is lost? Say -e drill_host=<name>, one of {', '.join(asked.hosts) or 'none that the inventory knows'}"


def _forbidden(asked: Asked) -> Iterator[str]:
    if production.is_one(asked.environment, asked.production):
        yield f"nothing is destroyed in {asked.environment}. Where it is lost already, -e drill_destroy=false brings it back"
        return
    if not asked.allowed:
        yield f"nothing says that {asked.environment} may be destroyed: put drill_allowed: true into its inventory, where that is meant"
    if not asked.destroyer:
        yield "who destroys it? Name a file of tasks: -e drill_destroy_tasks=<file> (docs/dr.md); or do it by hand: -e drill_destroy=false"


def called(loss: str, host: str) -> str:
    """As people read it."""
    return f"host {host}" if loss == HOST else loss
