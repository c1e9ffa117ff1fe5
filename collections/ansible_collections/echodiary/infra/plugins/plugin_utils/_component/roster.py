# SPDX-License-Identifier: GPL-3.0-or-later
"""What the components of every host say of themselves, for those of one that have to know of others (whom to scrape).

The inventory says which components a host has; the values are that host's own, over the defaults of the role. Nothing is read or rendered
before a template asks, and only of the hosts that it asks for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._common.errors import SpecError
from . import inventory, listens, released, render, templates
from . import source as sources

if TYPE_CHECKING:
    from ansible.parsing.dataloader import DataLoader
    from ansible.template import Templar

    from ...module_utils._kinds import model
    from ...module_utils._kinds.documents import ListenSpec
    from .._calls.variables import TaskVars

#: of component.yml, what others may have to know
KEYS = ("listens", "release", "static")
#: of a release, what is of no use to other hosts: it may hold secrets, which not every run has read
_OWN = ("environment", "migrate", "requests", "warm_up")
LOOPBACK = "127.0.0.1"
_LISTENS = {"listens": {"type": "list", "elements": "dict", "default": [], "options": listens.OPTIONS}}


class Entry(NamedTuple):
    """One component of one host. ``address`` leads there from the host that asks; ``release`` is as rendered, unchecked, and of other hosts
    without what only a deploy asks for.

    ``component``: without its collection; ``backend``: of HAProxy, where it has a release that is asked; ``listed``: the inventory says
    which components the host has; ``static``: files that it hands out, likewise as rendered.
    """

    host: str
    component: str
    address: str
    listens: list[ListenSpec]
    release: dict[str, model.Json]
    path: str
    backend: str = ""
    listed: bool = True
    static: dict[str, model.Json] = {}  # noqa: RUF012 - a tuple field, never mutated


class Host(NamedTuple):
    """As the inventory has it: raw variables of that host, and names of its components as they are listed."""

    name: str
    own: bool
    variables: Mapping[str, Any]
    components: list[str]


class Roster:
    """As one host sees it. ``converged`` are the components of its task, for an inventory that does not say what the host has."""

    def __init__(self, loader: DataLoader, templar: Templar, task_vars: TaskVars, converged: list[str]) -> None:
        self.loader, self._templar, self._vars, self._converged = loader, templar, task_vars, converged
        self._scoped: Templar | None = None
        self._hosts: dict[str, Host] = {}
        self._entries: dict[str, list[Entry]] = {}

    def variables(self) -> dict[str, Any]:
        """As templates see it: something to call. Whoever does not call it pays nothing."""
        return {"component_roster": self.told}

    def told(self, *hosts: str) -> list[dict[str, Any]]:
        """Without a name, of every host of the inventory."""
        return [entry._asdict() for entry in self.entries(*hosts)]

    def entries(self, *hosts: str) -> list[Entry]:
        return [entry for name in hosts or self.names() for entry in self._of(name)]

    def one(self, host: str, component: str) -> Entry:
        """Whether or not the inventory lists it there."""
        return self._entry(self.host(host), component)

    def having(self, component: str) -> list[str]:
        """Hosts for which the inventory lists it, with or without its collection."""
        return [name for name in self.names() if component in (one.rpartition(".")[2] for one in self.host(name).components)]

    def names(self) -> list[str]:
        return sorted(self._vars["groups"]["all"])

    @property
    def groups(self) -> dict[str, list[str]]:
        return self._vars["groups"]

    @property
    def here(self) -> Host:
        return self.host(self._vars["inventory_hostname"])

    @property
    def silent(self) -> bool:
        """Several hosts, and of none the inventory says what it has."""
        names = self.names()
        return len(names) > 1 and not any(inventory.LIST in self.host(name).variables for name in names)

    def _of(self, name: str) -> list[Entry]:
        if name not in self._entries:
            host = self.host(name)
            self._entries[name] = [self._entry(host, component) for component in host.components]
        return self._entries[name]

    def host(self, name: str) -> Host:
        if name not in self._hosts:
            own = name == self._vars["inventory_hostname"]
            variables = inventory.variables(self._vars, name)
            self._hosts[name] = Host(name, own, variables, self._components(name, variables, own))
        return self._hosts[name]

    def _components(self, name: str, variables: Mapping[str, Any], own: bool) -> list[str]:
        if inventory.LIST not in variables:
            return self._converged if own else []
        found = self._rendered(variables, variables[inventory.LIST], f"host {name}: {inventory.LIST}")
        if not isinstance(found, (list, str)):
            raise SpecError(f"host {name}: components has to be a list of names, not {found!r}; correct it in the inventory")
        return [str(one) for one in released.names(found)]

    def _address(self, host: Host) -> str:
        """Itself a host reaches by loopback."""
        return LOOPBACK if host.own else self.outside(host)

    def outside(self, host: Host) -> str:
        """At ``private_address`` where ssh goes another way (a tunnel), else where ssh goes."""
        found = (self._variable(host, key) for key in ("private_address", "ansible_host"))
        return next((str(one) for one in found if one), host.name)

    def addresses(self, name: str) -> list[str]:
        """As others see a host come: where they reach it, unless the inventory knows better (``firewall_addresses``).

        Of the host that asks nobody has to know it: it comes to itself by loopback."""
        host = self.host(name)
        outside = self.outside(host)
        given = [str(one) for one in self._variable(host, "firewall_addresses") or []]
        return given or ([] if host.own and outside == name else [outside])

    def _variable(self, host: Host, key: str) -> Any:
        given = host.variables.get(key)
        return self._rendered(host.variables, given, f"host {host.name}: {key}") if given else given

    def _entry(self, host: Host, component: str) -> Entry:
        source = self.source(host, component)
        spec = {key: source.spec[key] if host.own else for_others(source.spec[key]) for key in KEYS if key in source.spec}
        address = self._address(host)
        try:
            found = entry(host.name, address, source, self.rendered(host, source, spec, f"{source.name}/component.yml"))
            return found._replace(listed=inventory.LIST in host.variables)
        except SpecError as error:
            raise SpecError(f"host {host.name}: {error}") from error

    def source(self, host: Host, component: str) -> sources.Source:
        """``component``: as it is listed."""
        try:
            return sources.load(component, self._vars.get("playbook_dir", "."), self.loader)
        except SpecError as error:
            raise SpecError(f"host {host.name}: {error}") from error

    def listed(self) -> list[tuple[Host, sources.Source, Entry]]:
        """Every component of every host, with the role that it is there."""
        hosts = [self.host(name) for name in self.names()]
        return [
            (host, self.source(host, component), entry)
            for host in hosts
            for component, entry in zip(host.components, self._of(host.name), strict=True)
        ]

    def roles(self) -> list[sources.Source]:
        """The role of every component that some host has, by name. SpecError for two of one name: nobody could tell their files apart."""
        hosts = [self.host(name) for name in self.names()]
        listed = {component: host for host in hosts for component in host.components}
        by_name: dict[str, sources.Source] = {}
        for source in (self.source(host, component) for component, host in listed.items()):
            first = by_name.setdefault(source.name, source)
            if not os.path.samefile(first.path, source.path):
                raise SpecError(f"hosts have two components {source.name}, {first.path} and {source.path}; call one of them otherwise")
        return [by_name[name] for name in sorted(by_name)]

    def rendered(self, host: Host, source: sources.Source, value: Mapping[str, Any], where: str) -> dict[str, Any]:
        """With the host's variables over the defaults of the role."""
        if not value:
            return {}
        available = {**source.defaults, **host.variables, "component_name": source.name}
        available.update(render.typed(source, available))
        found: dict[str, Any] = self._rendered(available, dict(value), where)
        return found

    def _rendered(self, available: Mapping[str, Any], value: Any, where: str) -> Any:
        """By one templating environment for all: making one costs more than most values do."""
        self._scoped = self._scoped or templates.scoped(self._templar, {})
        self._scoped.available_variables = dict(available)
        return render.template(self._scoped, value, where)


def for_others(given: Any) -> Any:
    return {key: value for key, value in given.items() if key not in _OWN} if isinstance(given, dict) else given


def entry(host: str, address: str, source: sources.Source, rendered: Mapping[str, Any]) -> Entry:
    """Pure. SpecError for sockets that are none."""
    result = ArgumentSpecValidator(_LISTENS).validate({"listens": rendered.get("listens") or []})
    if result.error_messages:
        raise SpecError(f"{source.name}: component.yml: {'; '.join(result.error_messages)}; correct {source.path}/component.yml")
    release = rendered.get("release") or {}
    slots = {"slots": release.get("slots") or {}} if release else None
    sockets = listens.read(source.name, result.validated_parameters["listens"], slots)
    backend = str((release.get("haproxy") or {}).get("backend") or source.name) if release.get("slots") else ""
    return Entry(host, source.name, address, sockets, release, source.path, backend, static=rendered.get("static") or {})
