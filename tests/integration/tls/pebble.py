# SPDX-License-Identifier: GPL-3.0-or-later
"""Pebble, a real authority that nobody trusts: it asks the hosts what a real one would, and its log says what it was asked."""

from __future__ import annotations

import json
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker

from tests.integration import lab_images
from tests.integration.tls.authority import Issued
from tests.waiting import eventually

NAME, PORT, INSIDE = "pebble", 14000, 15000
DIRECTORY = f"https://{NAME}:{PORT}/dir"
#: every name leads to one address, where no other name server is given; it asks at once, and each time
OWN = "127.0.0.1:8053"
START = """
none="-http01= -https01= -tlsalpn01= -doh= -defaultIPv6="
pebble-challtestsrv $none -defaultIPv4 {address} -dns01 127.0.0.1:8053 -management 127.0.0.1:8055 &
PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 PEBBLE_AUTHZREUSE=0 exec pebble -config /etc/pebble/config.json -dnsserver {names}
"""


class Pebble:
    def __init__(self, container: Any) -> None:
        self.container = container
        container.reload()
        [network] = container.attrs["NetworkSettings"]["Networks"].values()
        self.address = network["IPAddress"]
        self.root = eventually(self._root, 30)

    def _root(self) -> str:
        """That it signs with, made anew each time it starts."""
        unknown = ssl._create_unverified_context()
        try:
            with urllib.request.urlopen(f"https://{self.address}:{INSIDE}/roots/0", timeout=5, context=unknown) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    @property
    def orders(self) -> int:
        return str(self.container.logs().decode()).count("POST /order-plz")

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody finds it any more."""
        [name] = self.container.attrs["NetworkSettings"]["Networks"]
        network = docker.from_env().networks.get(name)
        network.disconnect(self.container)
        try:
            yield
        finally:
            network.connect(self.container, aliases=[NAME], ipv4_address=self.address)


@contextmanager
def running(place: Path, network: str, own: Issued, *, asks: str, life: int, names: str = OWN) -> Iterator[Pebble]:
    """``asks``: the address that all names have; ``names``: its name server; certificates live for ``life`` seconds."""
    config = {
        "listenAddress": f"0.0.0.0:{PORT}", "managementListenAddress": f"0.0.0.0:{INSIDE}", "certificate": "/etc/pebble/own.pem",
        "privateKey": "/etc/pebble/own.key", "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "",
        "externalAccountBindingRequired": False, "certificateValidityPeriod": life,
    }  # fmt: skip
    for name, text in {"config.json": json.dumps({"pebble": config}), "own.pem": own.chain, "own.key": own.key}.items():
        (place / name).write_text(text)
    container = docker.from_env().containers.run(
        lab_images.service(NAME),
        ["sh", "-c", START.format(address=asks, names=names)],
        name=f"{NAME}-{network}",
        hostname=NAME,
        network=network,
        detach=True,
        volumes={str(place): {"bind": "/etc/pebble", "mode": "ro"}},
    )
    try:
        docker.from_env().networks.get(network).disconnect(container)
        docker.from_env().networks.get(network).connect(container, aliases=[NAME])
        yield Pebble(container)
    finally:
        container.remove(force=True, v=True)
