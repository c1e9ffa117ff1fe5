# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic between two servers of a real HAProxy: let in, drained, corrected, and remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.integration.release.machine import EDGE, Machine
from tests.waiting import eventually

Servers = Callable[..., None]


@pytest.fixture
def servers(host: Machine) -> Iterator[Servers]:
    """``servers(blue="one", green="sick")``: who answers at each port; blue is ready and green is not, whatever was before."""
    running = []

    def up(slot: str) -> bool:
        return bool(
            host.sh(f"python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {ports[slot]}))' && echo up", check=False)
        )

    def serve(**who: str) -> None:
        for slot, name in who.items():
            host.sh(f"systemd-run -q --collect --unit app-{slot} python3 /opt/under-test/server.py {name} {ports[slot]}")
            running.append(slot)
        eventually(lambda: all(up(slot) for slot in who))
        host.tell("blue", "ready")
        host.tell("green", "maint")
        if who.get("blue") == "one":
            eventually(lambda: host.parts("haproxy.servers(EDGE)['blue'].steady"))

    ports = {"blue": 8001, "green": 8002}
    host.forget()
    yield serve
    host.sh("systemctl start haproxy")
    for slot in running:
        host.sh(f"systemctl stop app-{slot}")
    host.tell("blue", "ready")
    host.tell("green", "maint")


def test_what_it_says_is_what_haproxy_knows(host: Machine, servers: Servers) -> None:
    servers(blue="one", green="two")
    assert host.parts("haproxy.servers(EDGE)") == {
        "blue": ["ready", True, 0, 100, "127.0.0.1:8001"],
        "green": ["maint", False, 0, 100, "127.0.0.1:8002"],
    }


def test_let_in_waits_until_haproxy_itself_finds_it_well(host: Machine, servers: Servers) -> None:
    servers(blue="one", green="two")
    answer, state = host.parts("[took(traffic.let_in, EDGE, 'green')[0], haproxy.servers(EDGE)['green']]")
    assert answer is None
    assert state[:2] == ["ready", True]
    assert {host.edge() for _ in range(6)} == {"one", "two"}


def test_a_server_that_was_just_let_in_is_not_steady_yet(host: Machine, servers: Servers) -> None:
    servers(blue="one", green="two")
    # let in and asked about in one breath: HAProxy checks again a moment later
    prepare = "ask = haproxy.ask; haproxy.ask = lambda edge, words: ask(edge, 'set server echodiary/green state ready;' + words)"
    assert host.parts("haproxy.servers(EDGE)['green']", prepare)[:2] == ["ready", False]


@pytest.mark.parametrize("who", [{}, {"green": "sick"}, {"green": "two-faced"}])
def test_let_in_refuses_what_haproxy_does_not_find_well(host: Machine, servers: Servers, who: dict[str, str]) -> None:
    servers(blue="one", **who)
    answer, seconds = host.parts("took(traffic.let_in, EDGE, 'green')", "traffic.AGREEMENT_DEADLINE = 2.0")
    assert answer.startswith("HaproxyError: HAProxy does not find slot green well within 2 s")
    assert 2 <= seconds < 20
    assert host.edge() == "one"


def test_let_in_does_not_wait_for_what_has_ended(host: Machine, servers: Servers) -> None:
    servers(blue="one")
    answer, seconds = host.parts("took(traffic.let_in, EDGE, 'green', '100%', lambda: 'its container is exited')")
    assert answer == "HaproxyError: its container is exited"
    assert seconds < 10
    assert host.edge() == "one"


def test_drain_waits_for_a_request_in_flight_and_new_ones_go_elsewhere(host: Machine, servers: Servers) -> None:
    servers(blue="one", green="two")
    [flying] = host.hold()
    host.parts("traffic.let_in(EDGE, 'green')")
    assert host.parts("waited_for(8001, 1.0, traffic.drain, EDGE, 'blue', 40)") == [True, 0]
    assert flying.communicate(timeout=20)[0].strip() == "one", "it was answered, by the server that had it"
    assert {host.edge() for _ in range(4)} == {"two"}
    assert host.told() == {"blue": "drain", "green": "ready"}


def test_drain_gives_up_at_its_deadline_and_says_how_many_are_left(host: Machine, servers: Servers) -> None:
    servers(blue="one", green="two")
    host.parts("traffic.let_in(EDGE, 'green')")
    host.tell("green", "maint")
    flying = host.hold(2)
    left, seconds = host.parts("took(traffic.drain, EDGE, 'blue', 1.0)")
    assert left == 2
    assert 1 <= seconds < 20
    host.let_go()
    assert [one.communicate(timeout=20)[0].strip() for one in flying] == ["one", "one"]


def test_maintenance_does_not_cut_a_request_off(host: Machine, servers: Servers) -> None:
    servers(blue="one", green="two")
    [flying] = host.hold()
    host.tell("blue", "maint")
    host.let_go()
    assert flying.communicate(timeout=20)[0].strip() == "one"


def test_correcting_never_leaves_nobody_ready(host: Machine, servers: Servers) -> None:
    servers(blue="one", green="two")
    host.parts("traffic.let_in(EDGE, 'green')")
    host.tell("blue", "maint")
    users = host.users()
    (answer, _), seen = host.parts("watched(traffic.correct, EDGE, 'blue', ['green'], {})")
    assert answer is None
    assert (seen[0], seen[-1]) == (["green"], ["blue"])
    assert [] not in seen
    assert set(host.asked(users)) <= {"one", "two"}
    assert host.told() == {"blue": "ready", "green": "maint"}


def test_correcting_towards_somebody_ill_leaves_the_other_one_serving(host: Machine, servers: Servers) -> None:
    servers(blue="sick", green="two")
    host.parts("traffic.let_in(EDGE, 'green')")
    host.tell("blue", "drain")
    answer, _ = host.parts("took(traffic.correct, EDGE, 'blue', ['green'], {})", "traffic.AGREEMENT_DEADLINE = 1.0")
    assert "does not find slot blue well" in answer
    assert host.told()["green"] == "ready"
    assert host.edge() == "two"


#: a hundred users for three seconds, and what they were told: as many as make HAProxy doubt a server whose connections it counts
CROWD = """
import collections, threading, time, urllib.request
found, end = collections.Counter(), time.monotonic() + 3
def ask():
    while time.monotonic() < end:
        try:
            found[urllib.request.urlopen("http://127.0.0.1/", timeout=20).read().decode()] += 1
        except OSError as error:
            found["failed: %s" % error] += 1
crowd = [threading.Thread(target=ask) for _ in range(100)]
[one.start() for one in crowd]
[one.join() for one in crowd]
print(__import__("json").dumps(found))
"""


def test_connections_that_fail_for_a_second_are_tried_again(host: Machine, servers: Servers) -> None:
    """As when Docker restarts: the application goes on, and what leads to its port is gone for a moment."""
    servers(blue="one")
    crowd = host.start(f"python3 -c '{CROWD}'")
    eventually(lambda: host.parts("haproxy.servers(EDGE)['blue'].sessions") > 0)
    host.sh("iptables -I INPUT -i lo -p tcp --dport 8001 --syn -j REJECT --reject-with tcp-reset; sleep 0.8; iptables -D INPUT 1")
    assert set(json.loads(crowd.communicate(timeout=30)[0])) == {"one"}


def test_a_restart_turns_nobody_away(host: Machine, servers: Servers) -> None:
    """Not by its own process, which is another one afterwards, nor while there is none."""
    servers(blue="one")
    before = host.pid("haproxy")
    crowd = host.start(f"python3 -c '{CROWD}'")
    eventually(lambda: host.parts("haproxy.servers(EDGE)['blue'].sessions") > 0)
    host.sh("systemctl restart haproxy")
    assert set(json.loads(crowd.communicate(timeout=30)[0])) == {"one"}
    assert host.pid("haproxy") != before
    eventually(lambda: host.sh("systemctl is-active haproxy-hold", check=False) == "inactive")
    host.sh("systemctl stop haproxy && ! systemctl is-active haproxy-hold && systemctl start haproxy")


@pytest.mark.parametrize(
    "how",
    [
        "systemctl reload haproxy",
        "systemctl restart haproxy",
        # nobody is asked to save anything: what was told had been saved when it was told
        "systemctl kill -s KILL --kill-whom all haproxy; sleep 1; systemctl reset-failed haproxy; systemctl start haproxy",
    ],
)
def test_what_it_was_told_outlives_its_process(host: Machine, servers: Servers, how: str) -> None:
    servers(blue="one", green="two")
    host.parts("traffic.let_in(EDGE, 'green')")
    host.parts("traffic.drain(EDGE, 'blue', 1)")
    host.sh(how)
    told = eventually(lambda: host.sh("test -S /run/haproxy/admin.sock && echo there", check=False) and host.told())
    assert told == {"blue": "drain", "green": "ready"}
    assert {host.edge() for _ in range(4)} == {"two"}


@pytest.mark.parametrize(
    ("edge", "expression", "words"),
    [
        ({"socket": "/run/none.sock"}, "took(haproxy.servers, EDGE)", ["/run/none.sock", "No such file", "systemctl status haproxy"]),
        ({"backend": "nothing"}, "took(haproxy.servers, EDGE)", ["no backend 'nothing'", "converge component haproxy"]),
        ({}, "took(haproxy.tell, EDGE, 'red', 'ready')", ["echodiary/red", "ready", "No such server"]),
        ({}, "took(haproxy.tell, EDGE, 'blue', 'away')", ["echodiary/blue", "away", "expects"]),
        ({}, "took(traffic.correct, EDGE, 'red', [], {})", ["no server 'red'", "converge component haproxy"]),
    ],
)
def test_what_cannot_be_asked_or_told(host: Machine, edge: dict[str, str], expression: str, words: list[str]) -> None:
    said, _ = host.parts(expression, edge={**EDGE, **edge})
    assert said.startswith("HaproxyError: ")
    assert "\n" not in said
    assert [word for word in words if word not in said] == []
