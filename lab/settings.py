# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's few choices, read from the environment, and the names and addresses that follow from them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from pathlib import Path

from lab.errors import LabError

DEFAULT_NAME = "echodiary"
DEFAULT_SUBNET = IPv4Network("172.30.77.0/24")
#: of all labs, beside IPv4 (fd00::/8 is anybody's own)
LABS6 = IPv6Network("fdec:d1a0::/32")
FIRST_APP, LAST_APP = 11, 190  # last octets of app1 … app180
FIRST_EXTRA, LAST_EXTRA = 200, 250  # last octets of hosts made one at a time (molecule's)

OCTETS = {"registry": 2, "postgres": 3, "redis": 4, "mon1": 5, "aws": 6, "front": 7, "s3": 8, "balancer": 9}


@dataclass(frozen=True)
class Settings:
    """One lab. Several may run side by side when name, subnet and port offset differ."""

    root: Path
    name: str = DEFAULT_NAME
    subnet: IPv4Network = DEFAULT_SUBNET
    app_hosts: int = 2
    port_offset: int = 0
    replace_stopped: bool = False
    logs: bool = False

    @property
    def is_default(self) -> bool:
        return self.name == DEFAULT_NAME

    @property
    def state(self) -> Path:
        """Keys, secrets, logs: never in git."""
        return self.root / ".lab" if self.is_default else self.root / ".lab" / self.name

    @property
    def inventory(self) -> Path:
        return self.root / "inventories" / "local" if self.is_default else self.state / "inventory"

    @property
    def subnet6(self) -> IPv6Network:
        """Made of the other one, so that two labs share it no more than they share that."""
        return IPv6Network((int(LABS6.network_address) | int(self.subnet.network_address) << 64, 64))

    def address6(self, address: str) -> str:
        """The other address of whoever has this one; its end reads the same: 172.30.77.11 is fdec:d1a0:ac1e:4d00::11."""
        last = int(IPv4Address(address)) - int(self.subnet.network_address)
        return str(self.subnet6.network_address + int(str(last), 16))

    @property
    def gateway(self) -> str:
        return self.at(1)

    @property
    def app_names(self) -> list[str]:
        return [f"app{number}" for number in range(1, self.app_hosts + 1)]

    def at(self, octet: int) -> str:
        return str(self.subnet.network_address + octet)

    def address(self, member: str) -> str:
        """The fixed address of a service or of a host of the lab."""
        if member in OCTETS:
            return self.at(OCTETS[member])
        return self.at(FIRST_APP - 1 + int(member.removeprefix("app")))

    def container(self, member: str) -> str:
        return f"{self.name}-{member}"

    def port(self, port: int) -> int:
        return port + self.port_offset


def read(environment: Mapping[str, str], root: Path) -> Settings:
    """Settings from `LAB_NAME`, `LAB_SUBNET`, `LAB_APP_HOSTS`, `LAB_PORT_OFFSET`, `LAB_REPLACE_STOPPED` and `LAB_LOGS`, each checked."""
    name = environment.get("LAB_NAME") or DEFAULT_NAME
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name):
        raise LabError(f"LAB_NAME={name!r} is no usable name: up to 31 of a-z, 0-9 and '-', starting with a letter.")
    return Settings(
        root=root,
        name=name,
        subnet=_subnet(environment.get("LAB_SUBNET") or str(DEFAULT_SUBNET)),
        app_hosts=_number(environment, "LAB_APP_HOSTS", 2, 1, LAST_APP - FIRST_APP + 1),
        port_offset=_number(environment, "LAB_PORT_OFFSET", 0, 0, 50000),
        replace_stopped=_number(environment, "LAB_REPLACE_STOPPED", 0, 0, 1) == 1,
        logs=_number(environment, "LAB_LOGS", 0, 0, 1) == 1,
    )


def _subnet(text: str) -> IPv4Network:
    try:
        subnet = IPv4Network(text)
    except ValueError as error:
        raise LabError(f"LAB_SUBNET={text!r} is no IPv4 network ({error}). Example: {DEFAULT_SUBNET}") from error
    if subnet.prefixlen != 24 or not subnet.is_private:
        raise LabError(f"LAB_SUBNET={text!r} must be a private /24, for example {DEFAULT_SUBNET}.")
    return subnet


def _number(environment: Mapping[str, str], key: str, default: int, low: int, high: int) -> int:
    text = environment.get(key) or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise LabError(f"{key}={text!r} must be a number from {low} to {high}.")
    return int(text)
