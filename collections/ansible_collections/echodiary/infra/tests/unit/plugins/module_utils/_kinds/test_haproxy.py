# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import haproxy_file
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import haproxy, model

SOCKET, CONFIG, SAID = "/run/haproxy/admin.sock", "/etc/haproxy/haproxy.cfg", "/var/lib/haproxy/edge.map"
SPEC: dict[str, Any] = {"config": CONFIG, "unit": "haproxy.service", "rolled": ["shop"], "said": [SAID]}
WRITTEN = haproxy_file.read(
    """
frontend edge
frontend inside
    maxconn 50
backend shop
    server blue 127.0.0.1:8001 check
backend db
    server one 192.0.2.1:80 check
    server two 192.0.2.2:80 check disabled maxconn 5
"""
)
ADDRESSES = {"shop/blue": "127.0.0.1:8001", "db/one": "192.0.2.1:80", "db/two": "192.0.2.2:80"}
SERVERS = {name: haproxy.Server("ready", 100, address, "", unchecked=False) for name, address in ADDRESSES.items()}
SERVERS["db/two"] = SERVERS["db/two"]._replace(admin="maint", maxconn="5")


def seen(**given: Any) -> haproxy.Seen:
    info = {"Maxconn": "9000", "Hard_maxconn": "9000", "ConnRateLimit": "0", "SessRateLimit": "0", "SslRateLimit": "0"}
    frontends = {"edge": ("OPEN", "9000"), "inside": ("OPEN", "50")}
    patterns = {"": ["10.0.0.0/8"], SAID: ["edge out||"], "/etc/haproxy/names.map": ["a b"]}
    found = haproxy.Seen(info, frontends, SERVERS, patterns, (CONFIG,), WRITTEN, 100.0, "7@5.00", 200.0, replaced=False)
    return found._replace(**given)


EXAMPLE = (SOCKET, {SOCKET: SPEC}, seen(), None, True)
LAST = haproxy.kept({SOCKET: SPEC}, {SOCKET: seen()})  # type: ignore[dict-item]


def plan(now: haproxy.Seen, last: Any = LAST) -> list[model.Change]:
    return haproxy.plan({SOCKET: SPEC}, {SOCKET: now}, model.Applied(loaded=last))  # type: ignore[dict-item]


def server(name: str, **given: Any) -> dict[str, Any]:
    return {"servers": {**SERVERS, name: SERVERS[name]._replace(**given)}}


def info(**given: str) -> dict[str, Any]:
    return {"info": {**seen().info, **given}}


def frontend(status: str, maxconn: str) -> dict[str, Any]:
    return {"frontends": {**seen().frontends, "edge": (status, maxconn)}}


def test_as_its_file_has_it_nothing_is_said() -> None:
    assert plan(seen()) == []
    assert plan(seen(), {}) == []


#: what was told at the socket, what a check says of it, and what takes it back
TOLD = [
    (frontend("PAUSED", "9000"), {"frontend edge": ["paused", "open"]}, "enable frontend edge"),
    (frontend("OPEN", "3"), {"frontend edge maxconn": ["3", "9000"]}, "set maxconn frontend edge 9000"),
    (info(Maxconn="9"), {"maxconn": ["9", "9000"]}, "set maxconn global 9000"),
    (info(ConnRateLimit="5"), {"rate-limit connections": ["5", "0"]}, "set rate-limit connections global 0"),
    (info(SessRateLimit="5"), {"rate-limit sessions": ["5", "0"]}, "set rate-limit sessions global 0"),
    (info(SslRateLimit="5"), {"rate-limit ssl-sessions": ["5", "0"]}, "set rate-limit ssl-sessions global 0"),
    (server("db/one", admin="drain"), {"server db/one state": ["drain", "ready"]}, "set server db/one state ready"),
    (server("db/two", admin="ready"), {"server db/two state": ["ready", "maint"]}, "set server db/two state maint"),
    (server("db/one", weight=0), {"server db/one weight": ["0 %", "100 %"]}, "set server db/one weight 100%"),
    (
        server("db/one", address="192.0.2.9:1"),
        {"server db/one addr": ["192.0.2.9:1", "192.0.2.1:80"]},
        "set server db/one addr 192.0.2.1 port 80",
    ),
    (server("shop/blue", unchecked=True), {"server shop/blue checks": ["off", "on"]}, "enable health shop/blue"),
    (server("shop/blue", maxconn="1"), {"server shop/blue maxconn": ["1", "0"]}, "set maxconn server shop/blue 0"),
    (server("db/two", maxconn=""), {"server db/two maxconn": ["0", "5"]}, "set maxconn server db/two 5"),
]


@pytest.mark.parametrize(("given", "fields", "words"), TOLD)
def test_what_was_told_at_its_socket_is_taken_back_there(given: dict[str, Any], fields: dict[str, Any], words: str) -> None:
    [change] = plan(seen(**given))
    assert (change.action, change.origin, change.fields) == ("update", "corrective", fields)
    assert [haproxy.words(field, pair[1]) for field, pair in change.fields.items()] == [words]


ANEW = [
    (frontend("STOP", "9000"), {"frontend edge": ["stop", "open"]}),
    ({"frontends": {"inside": ("OPEN", "50")}}, {"frontend edge": ["gone", "open"]}),
    ({"servers": {**SERVERS, "db/three": SERVERS["db/one"]}}, {"server db/three": ["added", None]}),
    ({"servers": {name: one for name, one in SERVERS.items() if name != "db/one"}}, {"server db/one": ["deleted", "there"]}),
    ({"replaced": True}, {"program": ["replaced", "the installed one"]}),
    ({"patterns": {**seen().patterns, "": []}}, {"maps and rules": ["changed", "as its file has them"]}),
    ({"patterns": {**seen().patterns, "/etc/haproxy/names.map": ["a c"]}}, {"maps and rules": ["changed", "as its file has them"]}),
    # changed, read, and changed back: the worker is another one, and older than that
    ({"worker": "8@9.00", "started_at": 300.0, "changed": 301.0}, {"files": ["older ones", "those that are there"]}),
]


@pytest.mark.parametrize(("given", "fields"), ANEW)
def test_what_only_a_new_worker_has_takes_a_reload(given: dict[str, Any], fields: dict[str, Any]) -> None:
    [change] = plan(seen(**given))
    assert (change.action, change.origin, change.fields) == ("reload", "corrective", fields)


@pytest.mark.parametrize(
    "given",
    [
        # whose traffic a release's is, that release says
        server("shop/blue", admin="maint", weight=0, address="127.0.0.1:9"),
        # what people said
        {"patterns": {**seen().patterns, SAID: []}},
        # reloaded, rebooted
        {"worker": "8@9.00", "started_at": 300.0},
        # touched and never read; changed and read
        {"changed": 201.0},
        {"worker": "8@9.00", "started_at": 300.0, "changed": 299.0},
    ],
)
def test_what_is_no_difference(given: dict[str, Any]) -> None:
    assert plan(seen(**given)) == []


def test_where_its_file_changed_its_maps_are_those_of_another_one() -> None:
    assert plan(seen(changed=150.0, patterns={}, worker="8@9.00", started_at=200.0)) == []


def test_another_file_is_told_with_what_to_do() -> None:
    [change] = plan(seen(files=("/etc/haproxy/mine.cfg",)))
    assert (change.action, change.fields) == ("report", {"config": ["/etc/haproxy/mine.cfg", CONFIG]})
    assert "systemctl cat haproxy.service" in change.why


def test_one_that_does_not_answer_is_its_units_to_tell() -> None:
    assert haproxy.plan({SOCKET: SPEC}, {}, model.Applied()) == []  # type: ignore[dict-item]
    assert haproxy.observe(["/run/no-such-socket"]) == {}


def test_what_haproxy_2_6_says() -> None:
    found = haproxy.parse((Path(__file__).parent / "haproxy_2_6_said.txt").read_text())
    assert (found.info["Maxconn"], found.info["Hard_maxconn"]) == ("9984", "9984")
    assert found.frontends == {"edge": ("OPEN", "9984"), "two": ("OPEN", "50")}
    assert found.servers["b/two"] == haproxy.Server("maint", 100, "127.0.0.1:10", "5", unchecked=False)
    assert found.patterns == [("acl", "0", ""), ("acl", "1", ""), ("acl", "2", "")]


def test_a_worker_that_was_replaced_before_it_was_looked_at_is_not_what_is_read(tmp_path: Path) -> None:
    said = (Path(__file__).parent / "haproxy_2_6_said.txt").read_text()
    gone = subprocess.Popen(["true"])
    gone.wait()
    workers, place = [gone.pid, os.getpid()], str(tmp_path / "admin.sock")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        threading.Thread(target=answers, args=(listening, said, workers), daemon=True).start()
        assert haproxy.observe([place])[place].info["Pid"] == str(os.getpid())


def answers(listening: socket.socket, said: str, workers: list[int]) -> None:
    """What each worker says of itself, one after the other; the last one stays."""
    for number in range(9):
        with listening.accept()[0] as connection:
            pid = workers[min(number, len(workers) - 1)]
            whole = b"show info" in connection.recv(999)
            connection.sendall(said.replace("Pid: 8", f"Pid: {pid}").encode() if whole else b"")
