# SPDX-License-Identifier: GPL-3.0-or-later
"""Which component a playbook is about, and which hosts run it: as it was typed, else the only one that has a release. Pure.

A component of another collection may be typed, and listed, by its full name or by the short one: both are the same component.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .._common.errors import SpecError
from .._component.names import listed, short


class Fleet(NamedTuple):
    """``components``: host -> its components as they are listed, of the whole inventory; ``released``: those that have a release."""

    components: Mapping[str, Sequence[str]]
    released: Sequence[str]

    @property
    def known(self) -> list[str]:
        return _one_each(name for several in self.components.values() for name in several)

    @property
    def with_release(self) -> list[str]:
        return _one_each(self.released)


def _one_each(names: Iterable[str]) -> list[str]:
    """Each component by the fullest name that it is listed by, in order of the short ones."""
    found = set(names)
    return [listed(name, found) for name in sorted({short(one) for one in found})]


class Target(NamedTuple):
    """``component``: as it is listed, by its full name where hosts differ; ``name``: without its collection; ``hosts``: all that
    run it, --limit or not; ``only``: no other component has a release."""

    component: str
    name: str
    hosts: list[str]
    only: bool

    @property
    def also(self) -> str:
        """What a command that is suggested has to say besides."""
        return "" if self.only else f" -e component={self.name}"


def target(fleet: Fleet, typed: str, command: str, *, any_component: bool) -> Target:
    """``command``: what people typed, for what works instead. ``any_component``: with a release or not."""
    component = listed(typed, fleet.known) if typed else _only(fleet, command)
    if not component:
        choices = fleet.known if any_component else fleet.with_release
        raise SpecError(f"no host runs {typed}; there are: {', '.join(map(short, choices)) or 'none'}")
    if not any_component and component not in fleet.with_release:
        raise SpecError(f"{short(component)} has no release (component.yml: release); {_choices(fleet, command)}")
    hosts = sorted(host for host, several in fleet.components.items() if listed(component, several))
    return Target(component, short(component), hosts, fleet.with_release == [component])


def _only(fleet: Fleet, command: str) -> str:
    if len(fleet.with_release) == 1:
        return fleet.with_release[0]
    if not fleet.with_release:
        raise SpecError("no host has a component with a release (component.yml: release) among its components")
    raise SpecError(f"which component? {', '.join(map(short, fleet.with_release))} have a release; {_choices(fleet, command)}")


def _choices(fleet: Fleet, command: str) -> str:
    return "say " + (", or ".join(f"{command} -e component={short(name)}" for name in fleet.with_release) or "another one")
