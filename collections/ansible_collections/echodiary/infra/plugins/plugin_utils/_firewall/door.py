# SPDX-License-Identifier: GPL-3.0-or-later
"""``component_firewall()`` of templates: rules of the host that asks, from what its components declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._common.errors import SpecError
from . import openings, rules
from .shapes import Inventory, Opening

if TYPE_CHECKING:
    from .._component import roster
    from .shapes import Allowed, Told, Way

KEY = "reaches"
_PORT = {"port": {"type": "int", "required": True}, "protocol": {"type": "str", "choices": ["tcp", "udp"], "default": "tcp"}}
_WAYS = {**_PORT, "to": {"type": "list", "elements": "str"}, "host": {"type": "str", "default": ""}}
OPENINGS = {**_PORT, "from": {"type": "list", "elements": "str", "required": True}}


class Firewall:
    """As one host sees it: whoever does not call it pays nothing."""

    def __init__(self, hosts: roster.Roster) -> None:
        self._hosts = hosts

    def variables(self) -> dict[str, Any]:
        return {"component_firewall": self.told}

    def told(self, allow: list[Allowed], ways: list[Way], ssh_ports: list[int], words: Mapping[str, list[str]]) -> Told:
        inventory = self._inventory(words)
        found = self.opened(allow, ssh_ports, words)
        further = openings.ways(checked("firewall_containers_to", ways, _WAYS), inventory, "firewall_containers_to")
        return {
            "services": rules.services(found),
            "own": rules.own(found),
            "outwards": rules.outwards([*self._reached(inventory), *further]),
        }

    def opened(self, allow: list[Allowed], ssh_ports: list[int], words: Mapping[str, list[str]]) -> list[Opening]:
        """Who may ask this host."""
        inventory = self._inventory(words)
        return [
            *openings.of_ssh(ssh_ports, inventory),
            *openings.of_components(self._hosts.entries(inventory.here), inventory),
            *openings.of_people(checked("firewall_allow", allow, OPENINGS), inventory),
        ]

    def _inventory(self, words: Mapping[str, list[str]]) -> Inventory:
        groups: Mapping[str, list[str]] = self._hosts.groups
        here = self._hosts.here.name
        return Inventory(groups, frozenset(self._hosts.names()), self._hosts.addresses, words, here, self._hosts.having)

    def _reached(self, inventory: Inventory) -> Iterator[Opening]:
        here = self._hosts.here
        for source in (self._hosts.source(here, component) for component in here.components):
            given = self._hosts.rendered(here, source, {KEY: source.spec.get(KEY) or []}, f"{source.name}/component.yml")
            yield from openings.ways(checked(f"{source.name}: {KEY}", given[KEY], _WAYS), inventory, source.name)


def checked(where: str, given: list[Any], options: Mapping[str, Any]) -> list[Any]:
    """With defaults filled in."""
    result = ArgumentSpecValidator({"given": {"type": "list", "elements": "dict", "options": options}}).validate({"given": given})
    found: list[Any] = result.validated_parameters["given"]
    wrong = [
        *result.error_messages,
        *(f"'{one['port']}' is no port" for one in found if isinstance(one.get("port"), int) and not 0 < one["port"] < 65536),
    ]
    if wrong:
        raise SpecError(f"firewall: {where}: {'; '.join(wrong)}; correct it")
    return found
