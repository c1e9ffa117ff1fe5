# SPDX-License-Identifier: GPL-3.0-or-later
"""Which component a playbook is about, and which hosts run it: as it was typed, else the only one that has a release. Pure.

A component of another collection is listed by its full name, and may be typed by either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .._common.errors import SpecError


class Fleet(NamedTuple):
    """``components``: host -> its components as they are listed, of the whole inventory; ``released``: those that have a release."""

    components: Mapping[str, Sequence[str]]
    released: Sequence[str]

    @property
    def known(self) -> list[str]:
        return sorted({name for several in self.components.values() for name in several})


class Target(NamedTuple):
    """``component``: as it is listed, ``name``: without its collection; ``hosts``: all that run it, --limit or not."""

    component: str
    name: str
    hosts: list[str]


def target(fleet: Fleet, typed: str, command: str, *, any_component: bool) -> Target:
    """``command``: what people typed, for what works instead. ``any_component``: with a release or not."""
    component = next((name for name in fleet.known if typed in (name, short(name))), "") if typed else _only(fleet, command)
    if not component:
        choices = fleet.known if any_component else sorted(fleet.released)
        raise SpecError(f"no host runs {typed}; there are: {', '.join(map(short, choices)) or 'none'}")
    if not any_component and component not in fleet.released:
        raise SpecError(f"{short(component)} has no release (component.yml: release); {_choices(fleet, command)}")
    hosts = sorted(host for host, several in fleet.components.items() if component in several)
    return Target(component, short(component), hosts)


def short(component: str) -> str:
    return component.rpartition(".")[2]


def _only(fleet: Fleet, command: str) -> str:
    if len(fleet.released) == 1:
        return fleet.released[0]
    if not fleet.released:
        raise SpecError("no host has a component with a release (component.yml: release) among its components")
    raise SpecError(f"which component? {', '.join(map(short, sorted(fleet.released)))} have a release; {_choices(fleet, command)}")


def _choices(fleet: Fleet, command: str) -> str:
    return "say " + (", or ".join(f"{command} -e component={short(name)}" for name in sorted(fleet.released)) or "another one")
