# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates behind a firewall: one host orders, the other takes it from there; and what changes by itself alarms nobody."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.e2e import doors, drill, fleet, walled
from tests.e2e.doors import NOTHING, OPEN, REFUSED, Door
from tests.integration.tls import authority, pebble, visitors
from tests.revisions import HEAD
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.full]

NAME, LIFE, CHECKS = "echodiary.example", 120, 50


class Secured(NamedTuple):
    """``place``: of a test's own."""

    pebble: pebble.Pebble
    place: Path

    def serials(self) -> list[str]:
        return [visitors.secure(fleet.address(host), NAME, self.pebble.root).serial for host in drill.APPS]


@pytest.fixture(scope="module")
def secured(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """Only this machine, as the load balancer, and the authority are let in at the edge."""
    place, own = tmp_path_factory.mktemp("converge"), authority.Authority()
    walled.unsay()
    drill.converge_at(HEAD, place)
    try:
        with pebble.running(
            tmp_path_factory.mktemp("pebble"), fleet.NAME, own.issue("pebble"), asks=fleet.address("app2"), life=LIFE
        ) as made:
            walled.wall(
                firewall_edge_from=[*walled.HERE, made.address],
                haproxy_tls="acme",
                haproxy_tls_names=[NAME],
                haproxy_tls_key=authority.pem(authority.key()),
                haproxy_acme_account_key=authority.pem(authority.key()),
                haproxy_acme_server=pebble.DIRECTORY,
                haproxy_acme_email="ops@echodiary.example",
                haproxy_acme_ca_certificate=own.root,
            )
            fleet.converge(place)
            for host in drill.APPS:
                fleet.on(host, "systemctl stop haproxy-certificate.timer")
            yield Secured(made, place)
    finally:
        for host in fleet.HOSTS:
            fleet.on(host, "systemctl disable --now echodiary-firewall 2>&1 || true")
        walled.unsay()


def keep(host: str) -> str:
    """As its clock would."""
    return fleet.on(host, "edge-certificate keep 2>&1 || true")


def test_one_host_orders_and_the_other_takes_it_through_the_firewall(secured: Secured) -> None:
    said = [keep(host) for host in drill.APPS]
    assert all("HAProxy serves it" in one for one in said), said
    assert secured.pebble.orders == 1
    one, other = secured.serials()
    assert one == other
    with doors.stranger() as stranger:
        who = {"app2": f"{fleet.NAME}-app2", "mon1": f"{fleet.NAME}-mon1", "stranger": stranger, "here": ""}
        found = doors.doors(who, ("app1",), {("tcp", 80), ("tcp", 443)})
    asked = {(door.who, door.port): said for door, said in found.items() if door.family == 4}
    assert asked == {
        ("app2", 80): NOTHING, ("app2", 443): OPEN, ("mon1", 80): OPEN, ("mon1", 443): NOTHING,
        ("stranger", 80): NOTHING, ("stranger", 443): NOTHING, ("here", 80): OPEN, ("here", 443): OPEN,
    }  # fmt: skip
    assert found[Door("app2", "app1", "tcp", 443, 6)] == REFUSED, "let in, and HAProxy listens on IPv4"


@contextmanager
def meanwhile(*several: Callable[[], object]) -> Iterator[None]:
    """Each again and again while the block runs."""
    over = threading.Event()

    def work(one: Callable[[], object]) -> None:
        while not over.is_set():
            one()

    threads = [threading.Thread(target=work, args=(one,)) for one in several]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_nobody_is_alarmed_by_what_changes_by_itself(secured: Secured) -> None:
    """Fifty checks of a fleet on which certificates are renewed and the firewall's table is loaded again and again."""
    fleet.converge(secured.place)
    loaded: list[str] = []
    served: dict[str, None] = {}

    def load() -> None:
        for host in fleet.HOSTS:
            fleet.on(host, "nft -f /etc/echodiary/firewall.nft && systemctl reload echodiary-firewall")
            loaded.append(host)
        time.sleep(0.2)

    def renew() -> None:
        for host in drill.APPS:
            keep(host)
        served.update(dict.fromkeys(secured.serials()))
        time.sleep(1)

    began = time.monotonic()
    with meanwhile(load, renew):
        check = fleet.play("--check", tmp=secured.place, playbook=str(several(secured.place)))
        eventually(lambda: len(served) > 1, LIFE, "a certificate is renewed", 1)
    alarms = [one for hosts in check.converged for one in alarmed(hosts)]
    sys.stdout.write(
        f"\n{CHECKS} checks of {len(fleet.HOSTS)} hosts in {time.monotonic() - began:.0f} s, {len(served)} certificates served, "
        f"{len(loaded)} times a table was loaded (twice each): {len(alarms)} false alarms\n"
    )
    assert check.code == 0, check.output[-3000:]
    assert len(check.converged) == CHECKS
    assert Counter(alarms) == {}
    assert len(loaded) > CHECKS


def several(place: Path) -> Path:
    """Checks as site.yml's, one after the other."""
    secrets = fleet.ROOT / "collections/ansible_collections/echodiary/infra/playbooks/tasks/secrets.yml"
    one = {"name": "Converge", "echodiary.infra.converge": {"components": "{{ components }}"}}
    tasks = [{"ansible.builtin.import_tasks": str(secrets)}, *[one] * CHECKS]
    page = place / "checks.yml"
    page.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "become": True, "tasks": tasks}]))
    return page


def alarmed(hosts: dict[str, dict[str, Any]]) -> list[str]:
    """What a check says that is not well."""
    found = []
    for host, component in ((host, component) for host, said in hosts.items() for component in said["components"]):
        found += [f"{host} {component['name']}: {one['resource']} {one['action']} {one['origin']}" for one in component["changes"]]
        if component["health"] != "Healthy":
            found.append(f"{host} {component['name']}: {component['health']}")
    return found
