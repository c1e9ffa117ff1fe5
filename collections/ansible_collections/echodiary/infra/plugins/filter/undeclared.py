# SPDX-License-Identifier: GPL-3.0-or-later
"""What checks found on hosts that nobody declared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

DOCUMENTATION = r"""
name: undeclared
short_description: What checks found on hosts that nobody declared
version_added: 0.1.0
description: Takes C(hostvars), and gives by host the resources that the components which watch it named.
positional: hosts, variable
options:
  _input:
    description: C(hostvars).
    type: dict
    required: true
  hosts:
    description: Of which hosts.
    type: list
    elements: str
    required: true
  variable:
    description: Where the result of M(echodiary.infra.converge) is registered.
    type: str
    required: true
"""

EXAMPLES = r"""
found: "{{ hostvars | echodiary.infra.undeclared(ansible_play_hosts, 'adopt_seen') }}"
"""

RETURN = r"""
_value:
  description: Host to resources.
  type: dict
"""


def undeclared(variables: Mapping[str, Any], hosts: Iterable[str], variable: str) -> dict[str, list[str]]:
    """A host whose check did not come to an end has nothing to say."""
    return {host: _of(variables[host].get(variable) or {}) for host in hosts}


def _of(result: Mapping[str, Any]) -> list[str]:
    return [str(one) for component in result.get("components", []) for one in component.get("watched", [])]


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"undeclared": undeclared}
