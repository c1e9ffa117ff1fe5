# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component.roster import Entry
from ansible_collections.echodiary.infra.plugins.plugin_utils._firewall import openings
from ansible_collections.echodiary.infra.plugins.plugin_utils._firewall.shapes import Inventory, Opening

ADDRESSES = {"app1": ["10.0.0.1"], "app2": ["10.0.0.2", "fd00::2"], "app3": ["10.0.0.3"]}
HAVING = {"web": ["app1", "app2"]}
WORDS = {"operators": ["any"], "edge": ["any"]}
INVENTORY = Inventory({"app": ["app1"]}, frozenset(ADDRESSES), ADDRESSES.__getitem__, WORDS, "app1", lambda one: HAVING.get(one, []))


def of(**given: Any) -> list[Opening]:
    listens: Any = [{"port": 80, "protocol": "tcp", "address": "*", "from": ["edge"], "for": "users", **given}]
    return list(openings.of_components([Entry("app1", "web", "127.0.0.1", listens, {}, "")], INVENTORY))


@pytest.mark.parametrize(("address", "opened"), [("*", True), ("0.0.0.0", True), ("::", True), ("10.0.0.1", True), ("127.0.0.1", False),
                                                 ("::1", False), ("127.9.9.9", False)])  # fmt: skip
def test_what_only_the_host_can_ask_is_no_opening(address: str, opened: bool) -> None:
    assert bool(of(address=address)) is opened


@pytest.mark.parametrize(
    ("who", "use", "inside"),
    [
        (["edge", "host"], "users", True),
        (["app"], "users", True),
        (["edge"], "users", False),
        (["monitoring", "host"], "metrics", False),
        (["host"], "admin", False),
    ],
)
def test_containers_of_the_host_may_ask_what_serves_users_of_its_own(who: list[str], use: str, inside: bool) -> None:
    assert [one.inside for one in of(**{"from": who, "for": use})] == [inside]


def test_peers_are_the_other_hosts_with_the_component() -> None:
    [one] = of(**{"from": ["peers"]})
    assert [str(network) for network in one.networks] == ["10.0.0.2/32", "fd00::2/128"]
    assert one.peers == ("peers",), "people read the word"


def test_ssh_is_open_whoever_declares_it_and_never_to_nobody() -> None:
    assert [(one.port, one.why) for one in openings.of_ssh([22, 2222], INVENTORY)] == [(22, "ssh"), (2222, "ssh")]
    with pytest.raises(SpecError, match="nobody could reach the host"):
        list(openings.of_ssh([22], INVENTORY._replace(words={"operators": []})))


def test_what_people_add_may_be_for_containers() -> None:
    (one,) = openings.of_people([{"port": 9000, "protocol": "udp", "from": ["containers"]}], INVENTORY)
    assert (one.inside, one.networks, one.protocol) == (True, (), "udp")
