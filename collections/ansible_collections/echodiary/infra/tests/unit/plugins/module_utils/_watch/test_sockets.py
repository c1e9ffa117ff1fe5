# SPDX-License-Identifier: GPL-3.0-or-later
"""What listens, against what components declare."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._watch import proc_net, processes, sockets
from ansible_collections.echodiary.infra.plugins.module_utils._watch.proc_net import Socket
from ansible_collections.echodiary.infra.plugins.module_utils._watch.processes import Process
from ansible_collections.echodiary.infra.plugins.module_utils._watch.shapes import Finding, Known

RECORDED = Path(__file__).parent / "recorded"


def listen(port: int, address: str = "*", protocol: str = "tcp", use: str = "admin") -> Any:
    return {"port": port, "protocol": protocol, "address": address, "from": ["host"], "for": use}


KNOWN = Known(listens=(listen(22), listen(80, use="users"), listen(9121, "127.0.0.1"), listen(9090, "0.0.0.0")))
WEB = Process(77, "python3", "python3 -m http.server 8080", "root", "session-3.scope")


def told(*listening: Socket, known: Known = KNOWN, owner: Process | None = WEB, **more: Any) -> dict[str, Finding]:
    owners = {one.inode: owner for one in listening} if owner else {}
    found = sockets.Seen(listening, owners=owners, **more)  # type: ignore[arg-type]
    return {str(one.resource): one for one in sockets.plan(found, known)}


def at(address: str, port: int, protocol: str = "tcp") -> Socket:
    return Socket(protocol, address, port, port)


@pytest.mark.parametrize(
    "one",
    [
        at("0.0.0.0", 22),
        at("::", 22),
        at("10.0.0.1", 80),
        at("127.0.0.1", 9121),
        at("::1", 9121),
        at("::", 9090),
        at("0.0.0.0", 40000, "udp"),
    ],
)
def test_what_is_declared_is_quiet(one: Socket) -> None:
    assert told(one) == {}


@pytest.mark.parametrize(
    ("one", "name", "degraded"),
    [
        (at("0.0.0.0", 8080), "socket:tcp/0.0.0.0:8080", True),
        (at("::", 8080), "socket:tcp/[::]:8080", True),
        (at("127.0.0.1", 8080), "socket:tcp/127.0.0.1:8080", False),
        (at("0.0.0.0", 9121), "socket:tcp/0.0.0.0:9121", True),
        (at("0.0.0.0", 22, "udp"), "socket:udp/0.0.0.0:22", True),
    ],
)
def test_what_is_not_is_named_with_its_process(one: Socket, name: str, degraded: bool) -> None:
    found = told(one)
    assert [(key, value.degraded) for key, value in found.items()] == [(name, degraded)]
    assert all(word in found[name].why for word in ("python3 -m http.server 8080", "77", "root", "session-3.scope"))
    assert found[name].step == "kill 77"


def test_wider_than_declared_says_what_was_declared() -> None:
    assert told(at("0.0.0.0", 9121))["socket:tcp/0.0.0.0:9121"].fields == {"address": ["0.0.0.0", "127.0.0.1"]}


def test_a_unit_is_what_people_stop() -> None:
    found = told(at("0.0.0.0", 8080), owner=WEB._replace(unit="evil.service"))
    assert found["socket:tcp/0.0.0.0:8080"].step == "systemctl disable --now evil.service"


def test_a_component_s_own_unit_is_not_stopped_for_a_port_too_many() -> None:
    known = KNOWN._replace(units=frozenset({"ssh.service"}))
    found = told(at("0.0.0.0", 2222), known=known, owner=WEB._replace(unit="ssh.service"))
    assert found["socket:tcp/0.0.0.0:2222"].step == "ss -lntup"


def test_several_that_share_an_address_are_one() -> None:
    assert len(told(at("0.0.0.0", 8080), Socket("tcp", "0.0.0.0", 8080, 4711))) == 1


@pytest.mark.parametrize(
    ("name", "one", "usual"),
    [
        ("systemd-resolve", at("127.0.0.53", 53, "udp"), True),
        ("systemd-resolve", at("0.0.0.0", 53, "udp"), False),
        ("systemd-network", at("10.0.0.1", 68, "udp"), True),
        ("containerd", at("127.0.0.1", 39321), True),
        ("containerd", at("0.0.0.0", 39321), False),
        ("nc", at("127.0.0.53", 53, "udp"), False),
    ],
)
def test_a_distribution_s_own_are_known_by_rule(name: str, one: Socket, usual: bool) -> None:
    assert (told(one, owner=WEB._replace(name=name)) == {}) is usual


def test_what_is_for_users_has_to_listen_once_it_was_applied() -> None:
    applied = (listen(80, use="users"), listen(8001, "127.0.0.1", use="users"), listen(9100, use="metrics"))
    found = told(known=KNOWN._replace(applied=applied))
    assert [(name, one.degraded) for name, one in found.items()] == [("socket:tcp/*:80", True)]
    assert told(at("0.0.0.0", 80), known=KNOWN._replace(applied=applied)) == {}
    assert told(known=KNOWN) == {}, "nothing was applied yet"


def test_where_it_is_not_known_what_is_declared_nothing_is_judged_and_that_is_said() -> None:
    unknown = Known(listens=None)
    assert told(at("0.0.0.0", 8080), known=unknown) == {}
    assert len(list(sockets.notes(unknown))) == 1
    assert list(sockets.notes(KNOWN)) == []


def test_what_a_compose_file_publishes_is_declared() -> None:
    text = 'ports:\n  - "127.0.0.1:8001:8000"\n  - 9000-9001:90/udp\n  - "5000"\n  - target: 80\n    published: "8443"\n'
    found = tuple(sockets.published(text))
    assert told(at("127.0.0.1", 8001), at("0.0.0.0", 9001, "udp"), at("::", 8443), published=found) == {}
    assert list(told(at("0.0.0.0", 8001), at("0.0.0.0", 9001), at("0.0.0.0", 5000), published=found)) == [
        "socket:tcp/0.0.0.0:8001", "socket:tcp/0.0.0.0:9001", "socket:tcp/0.0.0.0:5000",
    ]  # fmt: skip


def test_the_kernel_s_tables_are_read() -> None:
    found = {
        table: [one.name for one in proc_net.parse(table, (RECORDED / f"{table}.txt").read_text())]
        for table in ("tcp", "tcp6", "udp", "udp6")
    }
    assert "tcp/0.0.0.0:22" in found["tcp"]
    assert "tcp/127.0.0.1:8001" in found["tcp"]
    assert {"tcp/[::]:22", "tcp/[::]:9100"} <= set(found["tcp6"])
    assert "udp/127.0.0.1:323" in found["udp"]
    assert found["udp6"] == ["udp/[::1]:323"]


def test_a_socket_s_process_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        mine = [one for one in proc_net.listening() if one.port == server.getsockname()[1] and one.address == "127.0.0.1"]
        owner = processes.owners(frozenset(one.inode for one in mine))[mine[0].inode]
    assert owner.pid == os.getpid()
    assert owner.command


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("nc\0-l\08080\0", "nc -l 8080"),
        ("x\0--password=hunter22\0y\0", "x --password=*** y"),
        ("x\0--api-token\0hunter22\0", "x --api-token ***"),
        ("x\0postgres://me:hunter22@db/x\0", "x postgres://me:***@db/x"),
    ],
)
def test_secrets_on_a_command_line_are_nobody_s_business(command: str, shown: str) -> None:
    assert processes.shown(command) == shown


def test_the_unit_is_the_innermost() -> None:
    assert processes.unit("0::/system.slice/nginx.service\n") == "nginx.service"
    assert processes.unit("9:name=systemd:/docker/25/system.slice/chrony.service\n8:pids:/\n0::/\n") == "chrony.service"
    assert processes.unit("0::/user.slice/user-0.slice/session-3.scope") == "session-3.scope"
    assert processes.unit("0::/") == ""
