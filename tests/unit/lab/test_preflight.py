# SPDX-License-Identifier: GPL-3.0-or-later
"""Overlaps are found from what the kernel and Docker say."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from lab import preflight

# 0.0.0.0/0, 10.0.0.0/8, 192.168.1.0/24, as /proc/net/route writes them: little-endian
ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""


@pytest.mark.parametrize(
    ("subnet", "route"),
    [
        ("10.1.2.0/24", "10.0.0.0/8 on tun0"),
        ("192.168.1.0/24", "192.168.1.0/24 on eth0"),
        ("192.168.2.0/24", None),
        ("172.30.77.0/24", None),
    ],
)
def test_a_subnet_that_would_hide_a_route_is_found(subnet: str, route: str | None) -> None:
    assert preflight.overlapping_route(IPv4Network(subnet), ROUTES) == route


def test_networks_of_all_kinds_are_read() -> None:
    both = {"IPAM": {"Config": [{"Subnet": "172.18.0.0/16"}, {"Subnet": "fd00::/64"}]}}
    assert preflight.subnets(both) == [IPv4Network("172.18.0.0/16")]
    assert preflight.subnets({"IPAM": {"Config": None}}) == []
    assert preflight.subnets({}) == []
