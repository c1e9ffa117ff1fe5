# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that an authority issues: to one host of two, which both serve them, before users who never stop coming."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import docker
import pytest

from tests.integration.tls import authority, pebble, visitors
from tests.integration.tls.machine import LISTED, MADE, NAMES, Machine
from tests.waiting import eventually

pytestmark = pytest.mark.full

NAME, LIFE = NAMES[0], 120
METRICS = "/var/lib/node_exporter/textfile/certificate.prom"


class Pair(Machine):
    """``machine`` orders, since its name is the first, and ``other`` is the one that the authority asks."""

    name, subnet, port_offset = "tls", "172.30.64.0/24", "6400"

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self.other = self.create("tls-other", self.image)

    def destroy(self) -> None:
        self.lab("host", "destroy", "tls-other")
        super().destroy()

    def at(self, container: str) -> Machine:
        """The same for commands on the other one."""
        second: Machine = object.__new__(Machine)
        second.container, second.login = container, self.other
        return second

    def both(self, **variables: Any) -> list[Any]:
        """A converge of both, and what became of each."""
        hosts = {"machine": {}, "other": {"ansible_host": self.other["address"]}}
        known = {name: {**one, **LISTED, **variables} for name, one in hosts.items()}
        run = self.play({"components": ["haproxy"]}, hosts=known)
        assert run.code == 0, run.output[-3000:]
        return [tasks[0] for tasks in run.tasks.values()]


class Fleet(NamedTuple):
    first: Pair
    second: Machine
    pebble: pebble.Pebble
    variables: dict[str, Any]

    @property
    def addresses(self) -> list[str]:
        return [self.first.address, self.second.address]

    def keep(self) -> list[str]:
        """As their clocks would, the one that orders first. What each says."""
        return [host.sh("edge-certificate keep 2>&1", check=False) for host in (self.first, self.second)]

    def serials(self) -> list[str]:
        return [visitors.secure(address, NAME, self.pebble.root).serial for address in self.addresses]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Converged while the authority is away: both serve what nobody signed."""
    first, own = Pair(tmp_path_factory.mktemp("machine")), authority.Authority()
    second = first.at("tls-tls-other")
    try:
        for host in (first, second):
            host.serve()
            host.sh("apt-get update -qq; install -d /var/lib/node_exporter/textfile")
        [network] = inspected(first.container)
        with pebble.running(tmp_path_factory.mktemp("pebble"), network, own.issue("pebble"), asks=second.address, life=LIFE) as made:
            keys = {f"haproxy_{name}": authority.pem(authority.key()) for name in ("tls_key", "acme_account_key")}
            acme = {
                "haproxy_acme_server": pebble.DIRECTORY,
                "haproxy_acme_email": "ops@shop.example",
                "haproxy_acme_ca_certificate": own.root,
            }
            variables = {"haproxy_tls": "acme", **keys, **acme}
            # by people only, or the clock would be quicker than a test at times
            first.both(**variables)
            for host in (first, second):
                host.sh("systemctl stop haproxy-certificate.timer")
            yield Fleet(first, second, made, variables)
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            first.destroy()


def inspected(container: str) -> list[str]:
    """Its networks."""
    return list(docker.from_env().containers.get(container).attrs["NetworkSettings"]["Networks"])


def test_a_fresh_host_serves_before_any_authority_was_asked(fleet: Fleet) -> None:
    assert fleet.pebble.orders == 0
    for address in fleet.addresses:
        moved = visitors.plain(address, NAME)
        assert (moved.status, moved.headers["location"]) == (301, f"https://{NAME}/")
        with pytest.raises(OSError, match="self-signed certificate"):
            visitors.secure(address, NAME, fleet.pebble.root)


def test_one_orders_and_all_serve_it(fleet: Fleet) -> None:
    said = fleet.keep()
    assert all("HAProxy serves it" in one for one in said), said
    assert fleet.pebble.orders == 1, "one for all"
    one, other = fleet.serials()
    assert one == other
    for host in (fleet.first, fleet.second):
        assert host.sh(f"stat -c '%a %U' {MADE} /etc/echodiary/tls/key.pem").split() == ["600", "root"] * 2
    assert fleet.second.sh("ls /etc/echodiary/tls/account.pem 2>&1", check=False).endswith("No such file or directory")
    key = str(fleet.variables["haproxy_acme_account_key"]).splitlines()[1]
    assert key not in fleet.first.sh("journalctl --no-pager") + fleet.second.sh("journalctl --no-pager")
    assert fleet.keep() == ["", ""], "nothing is due"
    assert fleet.pebble.orders == 1


def test_two_at_once_order_once(fleet: Fleet) -> None:
    """The clock's turn, and somebody who types."""
    fleet.first.sh(f"rm {MADE}.issued")
    fleet.first.sh("edge-certificate keep & edge-certificate keep; wait")
    assert fleet.pebble.orders == 2
    fleet.second.sh("edge-certificate keep")


def test_what_it_was_issued_is_in_sync(fleet: Fleet) -> None:
    for one in fleet.first.both(**fleet.variables):
        assert [change["resource"] for change in one.changes if "timer" not in change["resource"]] == []
        assert one.components["haproxy"]["health"] == "Healthy"
    for host in (fleet.first, fleet.second):
        host.sh("systemctl stop haproxy-certificate.timer")


def test_it_is_renewed_when_a_third_is_left_and_nobody_is_cut_off(fleet: Fleet) -> None:
    before, orders = fleet.serials()[0], fleet.pebble.orders
    with visitors.Crowd(fleet.first.address, NAME, fleet.pebble.root) as crowd:
        eventually(lambda: "HAProxy serves it" in fleet.keep()[0], LIFE, pause=1)
        eventually(lambda: len(crowd.came) > 1)
    assert (crowd.failed, crowd.cut) == ({}, {}), crowd.told()
    fleet.keep()
    one, other = fleet.serials()
    assert one == other != before
    assert fleet.pebble.orders == orders + 1


def test_another_key_is_another_certificate_and_nobody_is_cut_off(fleet: Fleet) -> None:
    before, worker = fleet.serials()[0], fleet.first.worker()
    fleet.variables["haproxy_tls_key"] = authority.pem(authority.key())
    with visitors.Crowd(fleet.first.address, NAME, fleet.pebble.root) as crowd:
        fleet.first.both(**fleet.variables)
        fleet.keep()
        eventually(lambda: len(crowd.came) > 1)
    assert (crowd.failed, crowd.cut) == ({}, {}), crowd.told()
    assert fleet.first.worker() == worker, "nothing was reloaded"
    one, other = fleet.serials()
    assert one == other != before


def test_without_its_authority_the_old_one_stays_and_that_is_told(fleet: Fleet) -> None:
    before = fleet.serials()[0]
    for host in (fleet.first, fleet.second):
        host.sh("systemctl stop haproxy-certificate.timer")
    with fleet.pebble.away():
        said = eventually(lambda: (one := fleet.keep()[0]) and "issued nothing" in one and one, LIFE, pause=1)
        assert "(1 in a row)" in said
        assert "(2 in a row)" in fleet.keep()[0]
        assert "edge_certificate_failures 2" in fleet.first.sh(f"cat {METRICS}")
        assert fleet.first.sh("edge-certificate keep --clock") == "", "an authority is not asked again at once"
        assert "edge_certificate_failures 2" in fleet.first.sh(f"cat {METRICS}")
        assert fleet.serials()[0] == before
    fleet.keep()
    assert "edge_certificate_failures 0" in fleet.first.sh(f"cat {METRICS}")
    assert fleet.serials()[0] != before


def test_whoever_removes_the_file_and_restarts_serves_what_was_issued(fleet: Fleet) -> None:
    before = fleet.serials()[0]
    fleet.first.sh(f"rm {MADE}; systemctl restart haproxy")
    eventually(lambda: fleet.serials()[0] == before)
