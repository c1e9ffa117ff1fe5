# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Declared requests of a deploy as conditions of a gate. The thinking is in plugin_utils/_deploy/declared_requests.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._deploy import declared_requests


def slot_conditions(declared: Iterable[Mapping[str, Any]], port: int | str | None) -> list[Any]:
    try:
        return list(declared_requests.of_slot(declared, port))
    except (KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"deploy_verify_requests: each needs name and path, and status is a number: {error!r}") from error


def edge_conditions(
    hosts: Iterable[str], hostvars: Mapping[str, Any], port: int | str, declared: Iterable[Mapping[str, Any]], path: str
) -> list[Any]:
    try:
        return list(declared_requests.of_edges(declared_requests.addresses(hosts, hostvars), port, declared, path))
    except (KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"deploy_verify_requests: each needs name and path, and status is a number: {error!r}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., list[Any]]]:
        return {"slot_conditions": slot_conditions, "edge_conditions": edge_conditions}
