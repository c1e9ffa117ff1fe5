# SPDX-License-Identifier: GPL-3.0-or-later
"""Every component rendered and checked before the first byte goes to a host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._backup import databases
from .._component import contents, gather, monitoring, render, roster, users
from .._component import manifest as manifests
from .._component import source as sources
from .._component.names import listed
from .._firewall import door

if TYPE_CHECKING:
    from ansible.plugins.action import ActionBase

    from ...module_utils._kinds import documents
    from .._calls.variables import TaskVars


class Specs:
    """Of one host. ``long``: digest -> what is too long to be sent with every call, of the components that were rendered so far;
    ``asked``: as each of those was named."""

    def __init__(self, action: ActionBase, task_vars: TaskVars) -> None:
        self._loader, self._templar, self._vars = action._loader, action._templar, task_vars
        self.long: dict[str, contents.Long] = {}
        self.asked: dict[str, str] = {}

    def of(self, names: list[str]) -> list[documents.ComponentSpec]:
        """SpecError for what no component may be, or what two of them may not be together."""
        hosts = roster.Roster(self._loader, self._templar, self._vars, names)
        makers = (hosts, monitoring.Monitoring(hosts), databases.Databases(hosts), door.Firewall(hosts))
        known = {name: one for maker in makers for name, one in maker.variables().items()}
        specs = [self._one(name, hosts, known) for name in names]
        manifests.check_claims(specs)
        users.attach(specs, hosts)
        return specs

    def listing(self, component: str) -> dict[str, str]:
        """Hosts of the inventory that have it, each with the name that it lists it by."""
        hosts = roster.Roster(self._loader, self._templar, self._vars, [])
        named = {host: listed(component, hosts.host(host).components) for host in hosts.names()}
        return {host: name for host, name in named.items() if name}

    def _one(self, name: str, hosts: roster.Roster, known: dict[str, Any]) -> documents.ComponentSpec:
        source = sources.load(name, self._vars.get("playbook_dir", "."), self._loader)
        self.asked[source.name] = name
        available = render.variables(source, self._vars, self._templar, known)
        rendered = render.spec(source, available, self._templar)
        tree = gather.tree(source, rendered, available, self._templar, hosts)
        self.long.update((one.sha256, one) for one in tree.values() if isinstance(one, contents.Long))
        return manifests.build(source.name, rendered, tree)
