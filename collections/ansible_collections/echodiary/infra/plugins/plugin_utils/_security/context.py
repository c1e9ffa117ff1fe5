# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check has at hand: the host that it is about, the others, and what people set."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, TypedDict

from ansible.errors import AnsibleConnectionFailure, AnsibleError

from .._calls import action as calls
from .._calls import host, packages
from .._common.errors import SpecError
from .._component import roster
from . import edges
from .shapes import NotCheckedError

if TYPE_CHECKING:
    from ansible.plugins.action import ActionBase

    from ...module_utils._security.shapes import Asked, Seen
    from .._calls.variables import TaskVars

PACKAGE = "_security"


class Options(TypedDict):
    of: str
    checks: list[str]
    url: str
    path: str
    stranger: str
    stranger_addresses: list[str]
    ports: str
    ports_seconds: float
    image_max_days: float
    install: bool
    testssl: str
    testssl_ca: str | None
    document: str
    writes: bool
    rate: int
    examples: int
    repository: str


class Context:
    def __init__(self, action: ActionBase, task_vars: TaskVars, options: Options) -> None:
        self._action, self._vars, self.options = action, task_vars, options
        self.hosts = roster.Roster(action._loader, action._templar, task_vars, [])
        self.name = task_vars["inventory_hostname"]

    def ask(self, asked: Asked) -> Seen:
        """This host. NotCheckedError where it does not say."""
        return self._asked(self._action, self._vars, asked, self.name)

    def ask_of(self, other: str, asked: Asked) -> Seen:
        try:
            with calls.on(self._action, other, self._vars) as (action, found):
                return self._asked(action, found, asked, other)
        except AnsibleError as error:
            raise NotCheckedError(f"{other} does not answer: {_line(error)}") from None

    @staticmethod
    def _asked(action: ActionBase, found: TaskVars, asked: Asked, name: str) -> Seen:
        try:
            seen: Seen = host.call(action, packages.package(PACKAGE), asked, found)
        except (AnsibleConnectionFailure, host.NoAnswerError) as error:
            raise NotCheckedError(f"{name} does not answer: {_line(error)}") from None
        return seen

    @property
    def edge(self) -> edges.Edge | None:
        return edges.of(self.hosts, self.outside, self.options["url"], self.options["document"])

    @property
    def outside(self) -> str:
        """Where the host is reached from here."""
        return str(self.variable("ansible_host") or self.name)

    @property
    def addresses(self) -> list[str]:
        """At which its ports are asked: those by which others know it, and the one that leads there from here."""
        known = [*self.hosts.addresses(self.name), self.outside]
        return [one for one in dict.fromkeys(known) if is_address(one)]

    @property
    def peer(self) -> str:
        """Some other host that the inventory has: each is asked by the one before it."""
        names = [name for name in self.hosts.names() if self.hosts.host(name).components]
        others = [name for name in names if name != self.name]
        before = [name for name in others if name < self.name]
        return (before or others or [""])[-1]

    def variable(self, key: str) -> Any:
        return self._action._templar.template(self._vars.get(key, ""))


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _line(error: Exception | SpecError) -> str:
    return " ".join(str(error).split())[:300]
