# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._watch import packets
from ansible_collections.echodiary.infra.plugins.module_utils._watch.shapes import Known

#: iptables 1.8.11 with Docker 26.1 and one network of a Compose project; the DNS redirections are those of a host that is a container
SAVED = """
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o br-9fb0a4b160e2 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o br-9fb0a4b160e2 -j DOCKER
-A FORWARD -i br-9fb0a4b160e2 ! -o br-9fb0a4b160e2 -j ACCEPT
-A FORWARD -i br-9fb0a4b160e2 -o br-9fb0a4b160e2 -j ACCEPT
-A DOCKER -d 172.18.0.2/32 ! -i br-9fb0a4b160e2 -o br-9fb0a4b160e2 -p tcp -m tcp --dport 8000 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i br-9fb0a4b160e2 ! -o br-9fb0a4b160e2 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
-A DOCKER-USER -j RETURN
COMMIT
*nat
:PREROUTING ACCEPT [186:11160]
:DOCKER - [0:0]
:DOCKER_OUTPUT - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT
-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -o br-9fb0a4b160e2 -m addrtype --src-type LOCAL -j MASQUERADE
-A POSTROUTING -s 172.18.0.0/16 ! -o br-9fb0a4b160e2 -j MASQUERADE
-A POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING
-A POSTROUTING -s 172.18.0.2/32 -d 172.18.0.2/32 -p tcp -m tcp --dport 8000 -j MASQUERADE
-A DOCKER -d 127.0.0.1/32 -p tcp -m tcp --dport 8001 -j DNAT --to-destination 172.18.0.2:8000
-A DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:34869
COMMIT
"""
LISTENS: Any = ({"port": 80, "protocol": "tcp", "address": "*", "from": ["edge"], "for": "users"},)


def found(*specs: str, table: str = "filter", listens: Any = LISTENS) -> list[Any]:
    rules = tuple(packets.Rule("iptables", table, spec) for spec in specs)
    return list(packets.plan(packets.Seen(rules), Known(listens=listens)))


def test_dockers_own_rules_are_known() -> None:
    rules = tuple(packets.parse("iptables", SAVED))
    assert len(rules) > 20
    assert list(packets.plan(packets.Seen(rules), Known())) == []


@pytest.mark.parametrize(
    "spec",
    [
        "-A INPUT -p tcp -m tcp --dport 80 -j DROP",
        "-A INPUT -j REJECT --reject-with icmp-port-unreachable",
        "-A DOCKER-USER -j DROP",
        "-A FORWARD -p tcp -m tcp --dport 80 -j DROP",
        "-A DOCKER -p tcp -m tcp --dport 1:1024 -j DROP",
        "-P INPUT DROP",
    ],
)
def test_what_keeps_users_away_is_felt(spec: str) -> None:
    (one,) = found(spec)
    assert one.degraded


def test_what_hits_no_declared_port_is_told_only() -> None:
    (one,) = found("-A INPUT -p tcp -m tcp --dport 4444 -j ACCEPT")
    assert not one.degraded
    (other,) = found("-A INPUT -p tcp -m tcp --dport 4444 -j DROP")
    assert not other.degraded


def test_where_nobody_knows_what_is_declared_it_counts() -> None:
    (one,) = found("-A INPUT -p tcp -m tcp --dport 4444 -j DROP", listens=None)
    assert one.degraded


def test_a_range_hits_what_lies_in_it() -> None:
    (one,) = found("-A INPUT -p tcp -m multiport --dports 22,79:81 -j DROP")
    assert one.degraded


def test_each_says_how_it_goes() -> None:
    assert packets.undone(packets.Rule("ip6tables", "nat", "-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8")) == (
        "ip6tables", "-t", "nat", "-D", "PREROUTING", "-p", "tcp", "--dport", "80", "-j", "REDIRECT", "--to-ports", "8",
    )  # fmt: skip
    assert packets.undone(packets.Rule("iptables", "filter", "-P INPUT DROP")) == ("iptables", "-t", "filter", "-P", "INPUT", "ACCEPT")


def test_a_comment_with_blanks_stays_one_word() -> None:
    rule = packets.Rule("iptables", "filter", '-A INPUT -m comment --comment "a b" -j DROP')
    assert "a b" in packets.undone(rule)


def test_queues_that_the_kernel_puts_there_are_known() -> None:
    shown = "qdisc noqueue 0: dev lo root refcnt 2 \nqdisc fq_codel 0: dev eth0 root refcnt 2 limit 10240p\nqdisc mq 0: dev eth1 root\n"
    assert list(packets.queues(shown)) == []
    assert list(packets.queues("qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 300ms\n")) == [
        ("eth0", "netem root refcnt 2 limit 1000 delay 300ms")
    ]


def test_a_table_that_a_component_has_is_no_stranger() -> None:
    seen = packets.Seen(tables=("inet own", "inet hand"))
    found = packets.plan(seen, Known(tables=frozenset({"inet own"})))
    assert [str(one.resource) for one in found] == ["packets:nft inet hand"]


def test_iptables_own_tables_are_no_strangers() -> None:
    assert packets.tables("table ip filter\ntable ip nat\ntable ip6 docker-bridges\ntable inet hand\n") == ["inet hand"]
