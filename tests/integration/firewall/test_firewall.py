# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may talk to a host, tried by talking: what arrives counts, over IPv4 and IPv6, from somebody who may and from a stranger."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.integration.firewall.conftest import Story
from tests.integration.firewall.neighbours import (
    HOST,
    PEER,
    STRANGER,
    Doors,
    Machine,
    Session,
    Target,
    docker,
    print_table,
)
from tests.waiting import eventually

#: nobody's address
NOBODY = "192.0.2.1"


def otherwise(now: Doors, expected: Doors) -> list[tuple[str, Target, str, str]]:
    """From whom, to where, what arrived and what should have."""
    assert {who: set(found) for who, found in now.items()} == {who: set(found) for who, found in expected.items()}
    return [(who, to, said, expected[who][to]) for who, found in now.items() for to, said in found.items() if said != expected[who][to]]


def test_a_check_foretells_and_touches_nothing(story: Story) -> None:
    foretold, applied, after = (story.run[number] for number in range(3))
    assert ("unit:echodiary-firewall.service", "start", "pending") in foretold.actions
    assert foretold.actions == applied.actions
    assert not after.changes


def test_open_is_what_is_declared_and_nothing_else(machine: Machine, story: Story) -> None:
    now = machine.doors()
    print_table(now)
    assert all(said not in ("nothing", "refused") for (_, port), said in story.before[machine.stranger].items() if port != 8001)
    assert otherwise(now, machine.expected(story.before)) == []
    assert machine.filters() == story.filters


def test_a_container_reaches_what_is_declared_and_nothing_else(machine: Machine) -> None:
    with machine.others_beside():
        found = machine.gate()
        print_table({"things-app-1": found})
        assert {to for to, said in found.items() if said != "refused"} == {(PEER[0], 5432), (PEER[1], 5432), (HOST[0], 80), (HOST[1], 80)}


@pytest.mark.full
def test_people_may_add_where_containers_go(machine: Machine) -> None:
    more = machine.one(
        firewall_containers_to=[{"port": 443, "to": [PEER[0]]}, {"port": 6379}], firewall_allow=[{"port": 9100, "from": ["containers"]}]
    )
    assert not more.failed, more.msg
    with machine.others_beside():
        found = machine.gate()
    further = {*((address, port) for address in PEER for port in (5432, 6379)), (PEER[0], 443)}
    own = {(address, port) for address in HOST for port in (80, 9100)}
    assert {to for to, said in found.items() if said != "refused"} == further | own
    assert not machine.one().failed


@pytest.mark.full
def test_docker_and_compose_change_nothing(machine: Machine, story: Story) -> None:
    machine.sh("systemctl restart docker && cd /opt/things && docker compose up -d --force-recreate -t 0 2>&1")
    eventually(machine.answering)
    assert otherwise(machine.doors(), machine.expected(story.before, machine.addresses())) == []
    assert not machine.one(check=True).changes


@pytest.mark.full
def test_a_session_survives_a_change_and_a_new_one_is_not_let_in(machine: Machine) -> None:
    with Session(machine.peer, HOST[0], 8404) as session:
        assert session.said() == "8404"
        changed = machine.one(firewall_monitoring_from=[STRANGER[0]])
        assert not changed.failed, changed.msg
        assert session.echo("still there") == "still there"
        now = machine.doors()
        assert (now[machine.peer][HOST[0], 8404], now[machine.stranger][HOST[0], 8404]) == ("nothing", "8404")
        assert not machine.one().failed
        assert session.echo("and again") == "and again"


def test_what_hands_do_is_named_and_mended(machine: Machine) -> None:
    machine.sh("""
nft add rule inet echodiary services tcp dport 4444 accept
nft add set inet echodiary friends '{ type ipv4_addr; elements = { 192.0.2.7, 192.0.2.8 }; }'
nft delete rule inet echodiary outwards handle $(nft -a list chain inet echodiary outwards | sed -n 's/.*169.254.169.254.*handle //p')
systemctl enable nftables 2>&1
""")
    found = machine.one(check=True)
    assert found.actions == [
        ("nftables:/etc/echodiary/firewall.nft", "load", "corrective"),
        ("unit:nftables.service", "disable", "corrective"),
    ]
    fields = next(one["fields"] for one in found.changes if one["resource"].startswith("nftables:"))
    assert fields["chain services: tcp dport 4444 accept"] == ["there", None]
    assert fields["set friends: element 192.0.2.8"] == ["there", None]
    assert fields["chain outwards: ip daddr 169.254.169.254 jump refused"] == [None, "there"]
    mended = machine.one()
    assert not mended.failed, mended.msg
    machine.sh("nft delete table inet echodiary")
    (gone,) = machine.one(check=True).changes
    assert gone["fields"] == {"table": ["gone", "inet echodiary"]}
    assert not machine.one().failed


def test_a_change_that_cuts_ssh_is_taken_back_at_once(machine: Machine) -> None:
    before = machine.table()
    began = time.monotonic()
    cut = machine.one(firewall_ssh_from=[NOBODY], ansible_timeout=3)
    assert cut.failed
    assert "no new connection comes to the host" in cut.msg
    assert "timed out" in cut.msg
    assert time.monotonic() - began < 30
    assert machine.table() == before
    assert not machine.one(check=True).changes
    assert not machine.sh(
        "ls -A /var/lib/echodiary/held; ls -A /var/lib/echodiary/journal; systemctl list-timers --all | grep held", check=False
    )


def test_what_cannot_be_is_refused_and_nothing_is_touched(machine: Machine) -> None:
    before = machine.table()
    for variables, words in (
        ({"firewall_ssh_from": []}, "nobody could reach the host"),
        ({"firewall_allow": [{"port": 1, "from": ["nobodys"]}]}, "'nobodys' is no address"),
        ({"firewall_allow": [{"port": 70000, "from": ["any"]}]}, "70000"),
    ):
        refused = machine.one(**variables)
        assert refused.failed
        assert words in refused.msg
    assert machine.table() == before


@pytest.mark.full
def test_a_reboot_changes_nothing(machine: Machine, story: Story) -> None:
    reboot(machine)
    assert otherwise(machine.doors(), machine.expected(story.before, machine.addresses())) == []
    assert not machine.one(check=True).changes


def reboot(machine: Machine) -> None:
    docker("restart", "-t", "20", machine.container)
    eventually(machine.answering, seconds=60)


def cut_off(machine: Machine) -> None:
    """Whoever converges dies in the moment in which the new rules are in force."""
    run = machine.spawn(machine.task(firewall_ssh_from=[NOBODY]))
    try:
        eventually(lambda: "dst 22 ip saddr" in machine.table(), seconds=60, pause=0.05)
    finally:
        subprocess.run(["pkill", "-KILL", "-P", str(run.pid)], check=False)
        run.kill()
        run.communicate()
    assert not machine.reachable()


@pytest.mark.full
def test_a_host_that_was_cut_off_heals_by_itself(machine: Machine) -> None:
    before = machine.table()
    cut_off(machine)
    began = time.monotonic()
    eventually(machine.reachable, seconds=90)
    took = time.monotonic() - began
    sys.stdout.write(f"\nssh comes again after {took:.1f} s\n")
    assert 30 < took <= 60, "50 s, and what a look takes"
    assert machine.table() == before
    left = machine.one(check=True)
    assert ("change:firewall", "finish", "corrective") in left.actions
    assert not machine.one().failed
    assert not machine.one(check=True).changes


@pytest.mark.full
def test_a_reboot_is_no_confirmation(machine: Machine) -> None:
    before = machine.table()
    cut_off(machine)
    reboot(machine)
    assert machine.reachable()
    assert machine.table() == before
    assert not machine.one().failed
    assert not machine.one(check=True).changes


@pytest.mark.full
def test_a_table_that_is_loaded_meanwhile_is_no_drift(machine: Machine) -> None:
    loading = machine.start("for n in $(seq 300); do nft -f /etc/echodiary/firewall.nft && echo $n; sleep 0.1; done")
    try:
        run = machine.play(*[machine.task(check=True)] * 50)
    finally:
        loading.kill()
        loaded = loading.communicate()[0].split()
    assert len(loaded) > 50
    assert [found.changes for found in run.tasks["machine"]] == [[]] * 50
