# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a load may go: addresses of this machine and of private networks, written as addresses. Nothing is resolved."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

# ipaddress.is_private knows more than is meant here (documentation and link-local networks, for example).
ALLOWED = [ipaddress.ip_network(net) for net in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")]


class PlanError(ValueError):
    """What was asked for is not done."""


@dataclass(frozen=True)
class Target:
    host: str
    port: int

    @property
    def name(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}" + ("" if self.port == 80 else f":{self.port}")


def parse(url: str) -> Target:
    try:
        parts = urlsplit(url)
        address = ipaddress.ip_address(parts.hostname or "")
        port = parts.port or 80
    except ValueError as error:
        raise PlanError(f"Target '{url}': {error}. Write it as http://ADDRESS:PORT.") from None
    if parts.scheme != "http" or parts.path.strip("/") or parts.query or parts.username:
        raise PlanError(f"Target '{url}': not of the form http://ADDRESS:PORT.")
    if not any(address in network for network in ALLOWED if network.version == address.version):
        raise PlanError(f"Target '{url}': neither of this machine nor of a private network. No load is sent there.")
    return Target(str(address), port)
