# SPDX-License-Identifier: GPL-3.0-or-later
"""Which openings the inventory declares of the host that asks, whether or not it has a firewall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.template import trust_as_template

from .._firewall import door

if TYPE_CHECKING:
    from .._component import roster
    from .._firewall.shapes import Opening

_WORDS = {"operators": "firewall_ssh_from", "edge": "firewall_edge_from", "monitoring": "firewall_monitoring_from"}
_ASKED = (*_WORDS.values(), "firewall_allow", "firewall_ssh_ports")


def of(hosts: roster.Roster) -> list[Opening]:
    given = rendered(hosts, "firewall", *_ASKED)
    words = {word: list(given[name]) for word, name in _WORDS.items()}
    ports = [int(port) for port in given["firewall_ssh_ports"]]
    return door.Firewall(hosts).opened(given["firewall_allow"], ports, words)


def rendered(hosts: roster.Roster, role: str, *names: str) -> dict[str, Any]:
    """Variables of a role, as the host has them."""
    source = hosts.source(hosts.here, role)
    asked = {name: trust_as_template(f"{{{{ {name} }}}}") for name in names}
    return hosts.rendered(hosts.here, source, asked, f"{source.name}/defaults/main.yml")
