# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._firewall import peers
from ansible_collections.echodiary.infra.plugins.plugin_utils._firewall.shapes import Inventory

ADDRESSES = {"app1": ["10.0.0.1", "fd00::1"], "app2": ["10.0.0.2"], "mon1": ["10.0.9.1"], "named": ["db.example"]}
WORDS = {"edge": ["10.1.0.0/24", "10.1.1.0/24"], "operators": ["any"], "monitoring": ["monitoring"]}
INVENTORY = Inventory(
    {"app": ["app1", "app2"], "monitoring": ["mon1"], "nobody": []},
    frozenset(ADDRESSES),
    ADDRESSES.__getitem__,
    WORDS,
    "app1",
    lambda _: [],
)


def meant(*names: str, where: str = "") -> list[str]:
    return [str(one) for one in peers.networks(names, INVENTORY, where)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["app"], ["10.0.0.1/32", "10.0.0.2/32", "fd00::1/128"]),
        (["mon1"], ["10.0.9.1/32"]),
        (["monitoring", "mon1"], ["10.0.9.1/32"]),
        (["edge"], ["10.1.0.0/23"]),
        (["10.0.0.0/8", "app"], ["10.0.0.0/8", "fd00::1/128"]),
        (["operators", "mon1"], ["0.0.0.0/0", "::/0"]),
        (["host"], []),
        (["containers"], []),
        (["nobody", "unheard_of"], []),
    ],
)
def test_a_word_means_addresses(names: list[str], expected: list[str]) -> None:
    assert meant(*names) == expected


@pytest.mark.parametrize("typed", ["unheard_of", "10.0.0.1/8", "300.0.0.1", ""])
def test_what_people_typed_has_to_mean_somebody(typed: str) -> None:
    with pytest.raises(SpecError, match=f"firewall_allow: 80: '{typed}' is no address"):
        meant(typed, where="firewall_allow: 80")


def test_groups_that_are_empty_and_words_may_be_typed() -> None:
    assert meant("nobody", "host", "containers", "monitoring", where="firewall_allow: 80") == ["10.0.9.1/32"]


def test_what_a_word_stands_for_was_typed_as_well() -> None:
    with pytest.raises(SpecError, match="operators: 'office'"):
        peers.networks(["operators"], INVENTORY._replace(words={"operators": ["office"]}))


def test_a_host_that_is_known_by_a_name_is_refused() -> None:
    with pytest.raises(SpecError, match=r"host named is known as 'db\.example'.*firewall_addresses"):
        meant("named")


@pytest.mark.parametrize(("name", "here"), [("host", True), ("app1", True), ("app", True), ("monitoring", False), ("edge", False)])
def test_what_means_the_host_itself(name: str, here: bool) -> None:
    assert peers.is_here(name, INVENTORY) is here


@pytest.mark.parametrize(
    ("server", "private"),
    [
        ("10.0.3.7", True),
        ("172.31.0.1", True),
        ("fd00::7", True),
        ("[fd00::7]", True),
        # who knows a server by its name does not know where it is tomorrow
        ("db.example", False),
        ("app1", False),
        ("203.0.113.7", False),
        ("2001:db8::7", False),
        ("172.32.0.1", False),
        ("", False),
    ],
)
def test_a_server_among_private_addresses_stays_among_them(server: str, private: bool) -> None:
    found = peers.networks(peers.around(server), INVENTORY)
    assert peers.is_everything(found) is not private
    assert not private or [str(one) for one in found] == ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
