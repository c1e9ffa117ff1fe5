# SPDX-License-Identifier: GPL-3.0-or-later
"""What the environment may ask for, and the names and addresses that follow."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import settings
from lab.errors import LabError

ROOT = Path("/somewhere")


def test_the_default_lab_has_fixed_addresses() -> None:
    lab = settings.read({}, ROOT)
    assert lab.container("app1") == "echodiary-app1"
    assert [lab.address(name) for name in ("registry", "postgres", "redis", "mon1", "aws", "app1", "app2")] == [
        "172.30.77.2",
        "172.30.77.3",
        "172.30.77.4",
        "172.30.77.5",
        "172.30.77.6",
        "172.30.77.11",
        "172.30.77.12",
    ]
    assert lab.state == ROOT / ".lab"
    assert lab.inventory == ROOT / "inventories" / "local"


def test_a_further_lab_keeps_to_itself() -> None:
    chosen = {"LAB_NAME": "blue", "LAB_SUBNET": "10.9.8.0/24", "LAB_PORT_OFFSET": "1000", "LAB_APP_HOSTS": "8"}
    lab = settings.read(chosen, ROOT)
    assert lab.state == ROOT / ".lab" / "blue"
    assert lab.inventory == ROOT / ".lab" / "blue" / "inventory"
    assert lab.address("app8") == "10.9.8.18"
    assert lab.port(8080) == 9080
    assert lab.app_names[-1] == "app8"


def test_an_address_reads_the_same_in_both_families() -> None:
    lab = settings.read({}, ROOT)
    assert str(lab.subnet6) == "fdec:d1a0:ac1e:4d00::/64"
    assert lab.address6(lab.address("app1")) == "fdec:d1a0:ac1e:4d00::11"


@given(*[st.sampled_from(["172.30.77.0/24", "172.30.78.0/24", "172.31.77.0/24", "10.9.8.0/24", "192.168.255.0/24"])] * 2)
def test_labs_that_share_no_network_share_none_of_ipv6(one: str, other: str) -> None:
    here, there = (settings.read({"LAB_SUBNET": subnet}, ROOT) for subnet in (one, other))
    assert here.subnet6.overlaps(there.subnet6) == (one == other)
    assert here.subnet6.is_private


@given(st.integers(1, 180))
def test_addresses_never_collide(count: int) -> None:
    lab = settings.read({"LAB_APP_HOSTS": str(count)}, ROOT)
    fixed = [lab.address(name) for name in (*settings.OCTETS, *lab.app_names)]
    single = [lab.at(octet) for octet in range(settings.FIRST_EXTRA, settings.LAST_EXTRA + 1)]
    everything = [*fixed, *single, lab.gateway]
    assert len(everything) == len(set(everything)) == len({lab.address6(one) for one in everything})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("LAB_NAME", "No Spaces"),
        ("LAB_NAME", "../up"),
        ("LAB_SUBNET", "172.30.77.0/16"),
        ("LAB_SUBNET", "172.30.77.1/24"),
        ("LAB_SUBNET", "8.8.8.0/24"),
        ("LAB_SUBNET", "nonsense"),
        ("LAB_APP_HOSTS", "0"),
        ("LAB_APP_HOSTS", "181"),
        ("LAB_APP_HOSTS", "two"),
        ("LAB_PORT_OFFSET", "-1"),
    ],
)
def test_nonsense_is_refused_with_one_line_that_names_it(key: str, value: str) -> None:
    with pytest.raises(LabError) as caught:
        settings.read({key: value}, ROOT)
    assert key in str(caught.value)
    assert value in str(caught.value)
    assert "\n" not in str(caught.value)
