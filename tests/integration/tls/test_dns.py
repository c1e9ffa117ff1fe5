# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates for which the zone of the names vouches: lego writes by Route 53's API, the authority finds it by DNS.

Route 53 is the imitation's; what the API holds and what DNS says are the same there at once, which AWS takes a minute for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.integration.tls import authority, pebble, route53, visitors, zone
from tests.integration.tls.machine import MADE, Machine
from tests.integration.tls.test_acme import Pair, inspected
from tests.waiting import eventually

pytestmark = pytest.mark.full

NAMES, NAME, LIFE = ["*.shop.example", "shop.example"], "any.shop.example", 120
#: of whoever may write into the zone by a file of the host's
FILE = "/root/zone-credentials"
CREDENTIALS = "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = of-the-file\n"


class Fleet(NamedTuple):
    first: Pair
    second: Machine
    pebble: pebble.Pebble
    route53: route53.Route53
    zone: str
    variables: dict[str, Any]

    def keep(self) -> list[str]:
        """As their clocks would, the one that orders first. What each says."""
        return [host.sh("edge-certificate keep 2>&1", check=False) for host in (self.first, self.second)]

    def clock(self) -> list[str]:
        """By their units, in which less is to be seen and done than by who is logged in."""
        said = "systemctl start haproxy-certificate; journalctl -u haproxy-certificate -n 5 -o cat"
        return [host.sh(said, check=False) for host in (self.first, self.second)]

    def forget(self) -> None:
        """What they were issued: another one is due."""
        for host in (self.first, self.second):
            host.sh(f"rm {MADE}.issued")

    def serials(self) -> list[str]:
        return [visitors.secure(host.address, NAME, self.pebble.root).serial for host in (self.first, self.second)]

    def converge(self, **variables: Any) -> None:
        self.first.both(**self.variables, **variables)
        for host in (self.first, self.second):
            host.sh("systemctl stop haproxy-certificate.timer")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    first, own = Pair(tmp_path_factory.mktemp("machine")), authority.Authority()
    second = first.at("tls-tls-other")
    place = tmp_path_factory.mktemp
    try:
        for host in (first, second):
            host.serve()
            host.sh("apt-get update -qq; install -d /var/lib/node_exporter/textfile")
            host.bring("/root/ca.pem", own.root)
        [network] = inspected(first.container)
        with (
            route53.running(place("route53"), network, own.issue(route53.AWS), leads=second.address) as names,
            pebble.running(
                place("pebble"), network, own.issue("pebble"), asks=second.address, life=LIFE, names=f"{names.address}:53"
            ) as made,
        ):
            keys = {f"haproxy_{name}": authority.pem(authority.key()) for name in ("tls_key", "acme_account_key")}
            variables = {
                "haproxy_tls": "acme",
                "haproxy_tls_names": NAMES,
                "haproxy_acme_server": pebble.DIRECTORY,
                "haproxy_acme_email": "ops@shop.example",
                "haproxy_acme_ca_certificate": own.root,
                "haproxy_acme_challenge": "dns",
                "haproxy_acme_dns_resolvers": [f"{names.address}:53"],
                **keys,
            }
            yield Fleet(first, second, made, names, names.zone("shop.example"), variables)
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            first.destroy()


def by(**more: str) -> dict[str, dict[str, str]]:
    """The test's authority vouches for AWS's name."""
    return {"haproxy_acme_dns_environment": {"AWS_CA_BUNDLE": "/root/ca.pem", "AWS_REGION": "us-east-1", **more}}


def test_a_wildcard_is_issued_by_the_role_of_the_instance(fleet: Fleet) -> None:
    fleet.converge(**by(AWS_EC2_METADATA_SERVICE_ENDPOINT=f"http://{zone.NAME}"))
    said = fleet.keep()
    assert all("HAProxy serves it" in one for one in said), said
    one, other = fleet.serials()
    assert one == other
    assert fleet.pebble.orders == 1, "one for all"
    assert fleet.route53.texts(fleet.zone) == [], "what the authority was shown is taken away"
    for host in (fleet.first, fleet.second):
        assert visitors.plain(host.address, NAME, "/.well-known/acme-challenge/x").status == 301, "nobody answers over HTTP"


def test_it_is_renewed_when_a_third_is_left_and_nobody_is_cut_off(fleet: Fleet) -> None:
    before, orders = fleet.serials()[0], fleet.pebble.orders
    with visitors.Crowd(fleet.first.address, NAMES[1], fleet.pebble.root) as crowd:
        eventually(lambda: "HAProxy serves it" in fleet.keep()[0], LIFE, pause=1)
        eventually(lambda: len(crowd.came) > 1)
    sys.stdout.write(f"\n{crowd.told()}\n")
    assert (crowd.failed, crowd.cut) == ({}, {}), crowd.told()
    fleet.keep()
    one, other = fleet.serials()
    assert one == other != before
    assert fleet.pebble.orders == orders + 1


def test_who_writes_into_the_zone_may_be_said_by_a_file_and_is_told_to_nobody(fleet: Fleet) -> None:
    fleet.first.bring(FILE, CREDENTIALS)
    fleet.converge(**by(AWS_SHARED_CREDENTIALS_FILE=FILE, AWS_EC2_METADATA_DISABLED="true"))
    before = fleet.serials()[0]
    fleet.forget()
    said = fleet.clock()
    one, other = fleet.serials()
    assert one == other != before, said


def test_who_is_told_in_variables_is_shown_nowhere(fleet: Fleet) -> None:
    secret = "of-the-variables-of-the-inventory"
    given = by(AWS_ACCESS_KEY_ID="AKIAGIVEN", AWS_SECRET_ACCESS_KEY=secret)
    fleet.converge(**given)
    fleet.forget()
    assert all("HAProxy serves it" in one for one in fleet.keep())
    assert fleet.first.sh("stat -c '%a %U' /etc/echodiary/tls/dns.json") == "600 root"
    assert fleet.second.sh("ls /etc/echodiary/tls/dns.json 2>&1", check=False).endswith("No such file or directory")
    for host in (fleet.first, fleet.second):
        assert secret not in host.sh("journalctl --no-pager")
    check = fleet.first.play({"components": ["haproxy"], "check": True, "vars": {**fleet.variables, **by(AWS_SECRET_ACCESS_KEY="another")}})
    assert secret not in check.output and "another" not in check.output.replace("another host", "")


def test_a_zone_that_is_not_there_is_said_and_the_old_one_stays(fleet: Fleet) -> None:
    fleet.converge(**by(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_HOSTED_ZONE_ID="Z0NOTHING"))
    before = fleet.serials()[0]
    said = eventually(lambda: (one := fleet.keep()[0]) and "issued nothing" in one and one, LIFE, pause=1)
    assert "route53" in said and "(1 in a row)" in said, said
    assert fleet.serials()[0] == before
