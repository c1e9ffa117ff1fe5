# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from ansible_collections.echodiary.infra.plugins.plugin_utils._firewall.shapes import Opening
from ansible_collections.echodiary.infra.plugins.plugin_utils._security import ports
from ansible_collections.echodiary.infra.plugins.plugin_utils._security.ports import View

if TYPE_CHECKING:
    from ansible_collections.echodiary.infra.plugins.module_utils._security.shapes import Scanned

WORLD = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
MONITORING = (ipaddress.ip_network("10.0.0.5/32"),)
DECLARED = [
    Opening(22, "tcp", ("operators",), WORLD, "ssh"),
    Opening(80, "tcp", ("edge",), WORLD, "haproxy for users"),
    Opening(9100, "tcp", ("monitoring",), MONITORING, "node_exporter for metrics"),
    Opening(4444, "udp", ("any",), WORLD, "firewall_allow"),
]
SERVED = frozenset({("10.0.0.11", 22), ("10.0.0.11", 80), ("10.0.0.11", 9100)})


def scanned(*opened: int, source: str = "10.0.0.12", refused: int = 9, silent: int = 0, left: int = 0, why: str = "") -> Scanned:
    return {
        "address": "10.0.0.11", "source": source, "open": list(opened), "refused": refused, "silent": silent, "left": left, "why": why,
    }  # fmt: skip


def peer(*opened: int, source: str = "10.0.0.12", known: tuple[str, ...] = (), refused: int = 9) -> View:
    return View("peer app2", False, known, scanned(*opened, source=source, refused=refused))


def stranger(*opened: int, **more: int) -> View:
    return View("stranger controller", True, (), scanned(*opened, source="203.0.113.9", **more))


def found(*views: View, served: frozenset[ports.Served] = SERVED) -> dict[str, str]:
    return {one["id"]: one["severity"] for one in ports.findings(DECLARED, views, served, "app1").findings}


def test_what_is_declared_for_who_asks_is_no_finding() -> None:
    assert found(peer(22, 80), stranger(22, 80), View("peer mon1", False, (), scanned(22, 80, 9100, source="10.0.0.5"))) == {}


def test_what_nothing_declares_is_found_and_is_worse_for_strangers() -> None:
    assert found(peer(22, 80, 8000), stranger(22, 80)) == {"ports:open:8000/tcp": "medium"}
    assert found(peer(22, 80, 8000), stranger(22, 80, 8000)) == {"ports:open:8000/tcp": "high"}


def test_another_protocol_s_is_not_declared() -> None:
    assert found(peer(22, 80, 4444)) == {"ports:open:4444/tcp": "medium"}


def test_open_to_more_than_it_is_declared_for() -> None:
    (one,) = ports.findings(DECLARED, [peer(22, 80, 9100)], SERVED, "app1").findings
    assert one["text"] == "9100/tcp answers peer app2 at 10.0.0.11, and it is declared for monitoring (node_exporter for metrics)"


def test_who_asked_is_named_once_with_where() -> None:
    views = [peer(22, 80, 7), stranger(22, 80, 7), peer(22, 80, 7)]
    views[2].scanned["address"] = "fd00::11"
    (one,) = ports.findings(DECLARED, views, SERVED, "app1").findings
    assert one["text"] == "7/tcp answers peer app2 and stranger controller at 10.0.0.11, fd00::11, and nothing declares it"


def test_one_that_comes_under_other_addresses_may_by_those() -> None:
    assert found(peer(22, 80, 9100, known=("10.0.0.5",))) == {}


def test_declared_and_served_and_closed_to_who_may() -> None:
    assert found(peer(22)) == {"ports:closed:80/tcp": "medium"}
    assert found(peer(22), served=frozenset({("10.0.0.11", 22)})) == {}, "it does not run"


def test_what_is_served_at_one_address_need_not_be_at_another() -> None:
    """HAProxy's ``*`` is every address of IPv4 alone."""
    over_ipv6 = peer(22)
    over_ipv6.scanned["address"] = "fd00::11"
    assert found(peer(22, 80), over_ipv6) == {}


def test_a_stranger_without_a_way_there_has_seen_nothing() -> None:
    told = ports.findings(DECLARED, [stranger(refused=0, silent=100)], SERVED, "app1")
    assert told.findings == []
    assert "security_stranger" in told.why
    assert found(peer(refused=0)) == {"ports:closed:22/tcp": "medium", "ports:closed:80/tcp": "medium"}, "between hosts there is a way"


def test_no_route_is_no_closed_port() -> None:
    away = View("peer app2", False, (), scanned(source="", refused=0, left=65535, why="no way leads to fd00::1: Network is unreachable"))
    told = ports.findings(DECLARED, [away, peer(22, 80)], SERVED, "app1")
    assert (told.findings, told.why.partition(";")[0]) == ([], "peer app2: no way leads to fd00::1: Network is unreachable")


def test_what_was_not_asked_is_said() -> None:
    half = View("peer app2", False, (), scanned(22, left=100, why="it took longer than 3 s"))
    told = ports.findings(DECLARED, [half], SERVED, "app1")
    assert (told.findings, told.why) == ([], "peer app2: 100 ports of 10.0.0.11 were not asked (it took longer than 3 s)")
