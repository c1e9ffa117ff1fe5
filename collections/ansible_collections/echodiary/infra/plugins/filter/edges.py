# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What HAProxy's configuration says of the applications of a host, and of who may ask how. The thinking is in plugin_utils/_edge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import rates
from ..plugin_utils._component.render import plain
from ..plugin_utils._edge import backends, headers, inventory, limits, status, tls


def edge_backends(
    entries: list[Mapping[str, Any]], max_body: int, health_paths: Sequence[str] = (), rate: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    # A lazy container drags the whole templating engine along where it is copied, as checking arguments does.
    known = plain(entries)
    try:
        inventory.check(known)
        of_each = rates.read("haproxy: haproxy_rate", plain(rate)) if rate else backends.ANY
        found = backends.edge(known, max_body, health_paths, of_each)
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error
    return {**found._asdict(), "backends": [_told(one) for one in found.backends]}


def _told(one: backends.Backend) -> dict[str, Any]:
    return {**one._asdict(), "servers": [server._asdict() for server in one.servers], "rate": one.rate._asdict()}


def edge_limits(given: Mapping[str, Any], entries: list[Mapping[str, Any]], watching: Sequence[str] = ()) -> dict[str, Any]:
    try:
        return limits.limits(plain(given), plain(entries), plain(watching))._asdict()
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error


def edge_status(entries: list[Mapping[str, Any]], path: str) -> dict[str, Any]:
    try:
        return status.status(plain(entries), str(path))._asdict()
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error


def edge_headers(given: Mapping[str, Any], hidden: Sequence[str] = ()) -> dict[str, Any]:
    try:
        found = headers.headers(plain(given), plain(hidden))
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error
    return {"added": [one._asdict() for one in found.added], "hidden": found.hidden}


def edge_certificates(given: Mapping[str, Any], entries: list[Mapping[str, Any]]) -> dict[str, str]:
    try:
        return tls.loaded(plain(given), plain(entries))
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error


def edge_names(given: Sequence[str], entries: list[Mapping[str, Any]]) -> list[str]:
    return tls.names(plain(given), plain(entries))


def edge_site(certificate: str, key: str) -> str:
    return tls.site(str(certificate), str(key))


def edge_secrets(environment: Mapping[str, Any]) -> list[str]:
    return tls.secrets(plain(environment))


def edge_key(given: str) -> str:
    return tls.key(str(given))


def edge_orderer(entries: list[Mapping[str, Any]], chosen: str = "") -> dict[str, str]:
    try:
        return tls.orderer(plain(entries), str(chosen))
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error


def edge_thumbprint(account: str) -> str:
    try:
        return tls.thumbprint(str(account))
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        found: tuple[Callable[..., Any], ...] = (
            edge_backends,
            edge_certificates,
            edge_headers,
            edge_key,
            edge_limits,
            edge_names,
            edge_orderer,
            edge_secrets,
            edge_site,
            edge_status,
            edge_thumbprint,
        )
        return {one.__name__: one for one in found}
