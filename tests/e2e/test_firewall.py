# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall on a whole fleet, told as one story: every port of every host, before there is one and after all that could open one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.e2e import doors, drill, fleet, walled
from tests.e2e.doors import NOTHING, OPEN, Door, Found
from tests.integration.firewall.test_firewall import NOBODY
from tests.revisions import HEAD
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.full]

HOSTS = (*fleet.HOSTS, walled.DATABASE_HOST)
GROUPS = {"app1": "app", "app2": "app", "mon1": "monitoring", walled.DATABASE_HOST: "database"}
HERE, STRANGER = "operators and edge", "stranger"
#: who asks: by what it is
WHO = {HERE: "", "app1": "", "app2": "", "mon1": "", walled.DATABASE_HOST: "", STRANGER: ""}
#: whose group may ask which group's hosts for what: written by hand, from no component.yml
DECLARED = {
    ("app", 22): [HERE], ("monitoring", 22): [HERE], ("database", 22): [HERE],
    ("app", 80): [HERE, "monitoring"], ("app", 8404): ["monitoring"], ("app", 9100): ["monitoring"],
    ("monitoring", 9090): [HERE], ("monitoring", 9093): [HERE],
    ("database", 5432): ["app", "monitoring"], ("database", 9100): ["monitoring"],
}  # fmt: skip
PURPOSE = {
    22: "ssh", 80: "edge", 5432: "PostgreSQL", 8404: "HAProxy's metrics", 9090: "Prometheus", 9093: "Alertmanager", 9100: "node_exporter",
    9115: "blackbox_exporter", 9121: "redis_exporter", 9187: "postgres_exporter", doors.STRAY: "somebody's program",
    doors.STRAY_UDP: "somebody's program", doors.PUBLISHED: "somebody's container", 4317: "", 9094: "Alertmanager's cluster",
}  # fmt: skip
PAGE = fleet.ROOT / "docs/firewall.md"
BEGIN, END = "<!-- doors: begin -->\n", "<!-- doors: end -->\n"


class Story(NamedTuple):
    """``moments``: what was found after each thing that happened."""

    ports: set[tuple[str, int]]
    before: Found
    moments: dict[str, Found]
    place: Path


@pytest.fixture(scope="module")
def story(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A fleet without a firewall, with what somebody left on each host, and what of all that answers whom."""
    place = tmp_path_factory.mktemp("converge")
    walled.unsay()
    drill.converge_at(HEAD, place)
    walled.add_database()
    try:
        for host in HOSTS:
            doors.no_stray(host)
        with doors.stranger():
            for host in ("app1", "app2"):
                walled.say(host, components=walled.APP, haproxy_bind="::")
            fleet.converge(place)
            _strays()
            for host in ("app1", "app2"):
                doors.publish(host)
            eventually(lambda: ("tcp", doors.PUBLISHED) in doors.listening("app2"), 30)
            ports = set().union(*(doors.listening(host) for host in HOSTS))
            before = _look(ports)
            yield Story(ports, before, {}, place)
            for host in ("app1", "app2"):
                doors.unpublish(host)
    finally:
        for host in HOSTS:
            doors.no_stray(host)
            fleet.on(host, "systemctl disable --now echodiary-firewall 2>&1 || true")
        if not os.environ.get("KEEP_FLEET"):
            walled.remove_database()
            walled.unsay()


def _strays() -> None:
    for host in HOSTS:
        doors.stray(host)


def _look(ports: set[tuple[str, int]]) -> Found:
    who = {name: f"{fleet.NAME}-{name}" if name != HERE else "" for name in WHO}
    return doors.doors(who, HOSTS, ports)


def _group(who: str) -> str:
    return GROUPS.get(who, who)


def expected(story: Story) -> Found:
    """Of what answered without a firewall, what is declared; of all else nothing, not even a refusal."""
    return {
        door: said if _group(door.who) in DECLARED.get((GROUPS[door.host], door.port), ()) and door.protocol == "tcp" else NOTHING
        for door, said in story.before.items()
    }


def look(story: Story, moment: str) -> None:
    """What arrives is what is declared, and nothing else; and at what nobody declared nobody came."""
    for host in HOSTS:
        doors.arrived(host)
    found = story.moments[moment] = _look(story.ports)
    assert doors.otherwise(found, expected(story)) == []
    assert {host: doors.arrived(host) for host in HOSTS} == {host: [] for host in HOSTS}


def test_without_a_firewall_anybody_gets_anything(story: Story) -> None:
    assert {story.before[Door(STRANGER, host, protocol, port, family)] for host in HOSTS for family in (4, 6)
            for protocol, port in (("tcp", doors.STRAY), ("udp", doors.STRAY_UDP), ("tcp", 22))} == {OPEN}  # fmt: skip
    assert story.before[Door(STRANGER, "app1", "tcp", doors.PUBLISHED, 4)] == OPEN
    assert {story.before[Door("app1", "app2", "tcp", 80, family)] for family in (4, 6)} == {OPEN}
    assert all(doors.arrived(host) for host in HOSTS)


def test_with_it_everybody_gets_what_is_declared(story: Story) -> None:
    # what somebody left is what this is about, and checks would speak of nothing else
    walled.wall(haproxy_bind="::", baseline_watch=[])
    foretold = fleet.play("--check", tmp=story.place)
    applied = fleet.play(tmp=story.place)
    assert (foretold.code, applied.code) == (0, 0), applied.output[-3000:]
    for host in HOSTS:
        assert ("unit:echodiary-firewall.service", "start") in foretold.changes(host)["firewall"], foretold.changes(host)
        assert foretold.changes(host)["firewall"] == applied.changes(host)["firewall"]
    look(story, "converged")


def test_it_stays_when_docker_is_restarted(story: Story) -> None:
    for host in fleet.HOSTS:
        fleet.on(host, "systemctl restart docker")
    _well(story)
    look(story, "Docker restarted")


def test_it_stays_when_compose_brings_up_everything_anew(story: Story) -> None:
    for host in fleet.HOSTS:
        projects = json.loads(fleet.on(host, "docker compose ls --format json"))
        assert projects
        for one in projects:
            place, files = Path(one["ConfigFiles"]).parent, one["ConfigFiles"]
            fleet.on(host, f"cd {place} && docker compose -p {one['Name']} -f {files} up -d --force-recreate 2>&1")
    _well(story)
    look(story, "Compose projects made anew")


def test_it_stays_over_a_reboot(story: Story) -> None:
    for host in HOSTS:
        fleet.docker("restart", "-t", "20", f"{fleet.NAME}-{host}")
    eventually(lambda: all(_booted(host) for host in HOSTS), 120, "all hosts are up again", 1)
    _strays()
    _well(story)
    look(story, "rebooted")


def test_a_deploy_passes_with_it_and_opens_nothing(story: Story) -> None:
    drill.publish("v2")
    with drill.traffic(60.0, paths=drill.COUNTED) as found:
        ran = drill.run("deploy", release="v2")
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    assert {version for version, _ in drill.everywhere()} == {"v2"}
    look(story, "deployed")


def test_it_is_monitored_as_before(story: Story) -> None:
    from tests.e2e.monitoring import watched

    def down() -> list[str]:
        targets = watched.get(f"{watched.PROMETHEUS}/api/v1/targets")["data"]["activeTargets"]
        return [f"{one['scrapeUrl']} {one['lastError']}" for one in targets if one["health"] != "up"] or [] if len(targets) > 8 else ["few"]

    eventually(lambda: not down(), 60, "every target is scraped", 1)
    check = fleet.play("--check", tmp=story.place)
    assert check.code == 0, check.output
    found = {host: check.changes(host)["firewall"] for host in HOSTS}
    assert found == {host: [] for host in HOSTS}


def test_whoever_shuts_themselves_out_is_let_in_again(story: Story) -> None:
    """By the run that did it, where it lives; where it dies in that moment, by the host's own timer."""
    before = _table("app2")
    cut = drill.run("site", "--limit", "app2", firewall_ssh_from=[NOBODY], ansible_timeout=3)
    assert cut.code != 0 and "no new connection comes to the host" in cut.output, cut.output
    assert _table("app2") == before
    process = drill.start("site", "--limit", "app2", firewall_ssh_from=[NOBODY])
    try:
        eventually(lambda: NOBODY in _table("app2"), 90, "the new rules are in force", 0.05)
    finally:
        subprocess.run(["pkill", "-KILL", "-P", str(process.pid)], check=False)
        process.kill()
        process.communicate()
    began = time.monotonic()
    assert not _reachable("app2")
    eventually(lambda: _reachable("app2"), 90, "ssh comes again", 0.5)
    took = time.monotonic() - began
    sys.stdout.write(f"\nssh's peer removed by a run that died: back after {took:.1f} s\n")
    assert took <= 60, "50 s, and what a look takes"
    assert _table("app2") == before
    assert drill.run("site", "--limit", "app2").code == 0
    look(story, "healed")


def test_the_page_says_what_was_found(story: Story) -> None:
    """E2E_WRITE=1 writes it."""
    assert len(story.moments) == 6
    text, made = PAGE.read_text(encoding="utf-8"), table(story)
    sys.stdout.write(f"\n{len(story.before)} doors, {len(story.moments)} times\n{made}")
    if os.environ.get("E2E_WRITE"):
        PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{made}\n{END}", text, flags=re.DOTALL), encoding="utf-8")
    else:
        assert text.partition(BEGIN)[2].partition(END)[0] == f"\n{made}\n"


def table(story: Story) -> str:
    """A row for each port at which somebody got an answer without a firewall; what is the same after all that happened is said once."""
    askers = (HERE, "monitoring", "app", "database", STRANGER)
    lines = [f"| to | port | of | without | {' | '.join(askers)} |", "|---|---|---|---|" + "---|" * len(askers)]
    for group in ("app", "monitoring", "database"):
        for protocol, port in sorted(story.ports, key=lambda one: (one[1], one[0])):
            cells = [_cell(story, group, protocol, port, who) for who in askers]
            before = _answers(story.before, group, protocol, port)
            if before:
                of = PURPOSE.get(port, "")
                lines.append(f"| {group} | {port}/{protocol} | {of} | {before} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _answers(found: Found, group: str, protocol: str, port: int, who: str = "") -> str:
    """Over which families anybody, or ``who``, got an answer; empty where nobody did."""
    mine = {
        door.family for door, said in found.items()
        if (GROUPS[door.host], door.protocol, door.port) == (group, protocol, port) and said == OPEN and who in ("", _group(door.who))
    }  # fmt: skip
    return {(4, 6): "IPv4, IPv6", (4,): "IPv4", (6,): "IPv6", (): ""}[tuple(sorted(mine))]


def _cell(story: Story, group: str, protocol: str, port: int, who: str) -> str:
    found = {_answers(one, group, protocol, port, who) for one in story.moments.values()}
    assert len(found) == 1, (group, port, who, found)
    return found.pop() or "–"


def _table(host: str) -> str:
    return fleet.on(host, "nft -s list table inet echodiary")


def _booted(host: str) -> bool:
    return fleet.on(host, "systemctl is-system-running || true").strip() in ("running", "degraded")


def _well(story: Story) -> None:
    """What answered before answers those whom it should again."""
    wanted = {door for door, said in expected(story).items() if said == OPEN}

    def missing() -> list[Any]:
        found = _look(story.ports)
        return [door for door in wanted if found[door] != OPEN]

    eventually(lambda: not missing(), 120, "all that is declared answers again", 1)


def _reachable(host: str) -> bool:
    """By a connection of its own."""
    state = fleet.INVENTORY.parent
    options = [f"UserKnownHostsFile={state / 'known_hosts'}", "ControlPath=none", "ConnectTimeout=2", "BatchMode=yes", "LogLevel=ERROR"]
    words = ["ssh", "-i", str(state / "ssh/id_ed25519"), *(word for one in options for word in ("-o", one))]
    return subprocess.run([*words, f"admin@{fleet.address(host)}", "true"], capture_output=True, check=False).returncode == 0
