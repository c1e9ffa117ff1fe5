# SPDX-License-Identifier: GPL-3.0-or-later
"""The table is there, is back after a reboot, and lets in who may come."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from testinfra.host import Host

SERVE = "setsid python3 -m http.server --bind 0.0.0.0 {port} > /dev/null 2>&1 &"


def answers(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except TimeoutError:
        return False


def test_open_is_what_was_asked_for(host: Host, eventually: Callable[..., Any]) -> None:
    address = host.check_output("hostname -I").split()[0]
    for port in (8000, 8001, 8002):
        host.check_output(SERVE.format(port=port))
    eventually(lambda: host.check_output("ss -Hltn").count("0.0.0.0:800") == 3)
    assert [port for port in (22, 8000, 8001, 8002) if answers(address, port)] == [22, 8000]


def test_it_is_there_before_the_network_after_a_reboot(host: Host) -> None:
    service = host.service("echodiary-firewall")
    assert service.is_running
    assert service.is_enabled
    assert "network-pre.target" in host.check_output("systemctl show -p Before --value echodiary-firewall")
    assert not host.service("nftables").is_enabled


def test_a_change_is_confirmed_by_a_new_connection(host: Host, converge: Callable[..., Any]) -> None:
    changed = converge(firewall_allow=[])
    assert not changed["failed"], changed["output"]
    with host.sudo():
        assert "8000" not in host.check_output("nft list table inet echodiary")
        assert host.run("systemctl list-timers --all | grep echodiary-held").rc != 0


def test_nobody_is_locked_out(converge: Callable[..., Any]) -> None:
    refused = converge(firewall_ssh_from=[])
    assert refused["failed"]
    assert "nobody could reach the host" in refused["output"]
