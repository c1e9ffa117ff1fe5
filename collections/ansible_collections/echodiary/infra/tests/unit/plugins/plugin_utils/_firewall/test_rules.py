# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._firewall import rules
from ansible_collections.echodiary.infra.plugins.plugin_utils._firewall.shapes import Opening

ASKED = "meta l4proto tcp ct original proto-dst 80"


def opening(*networks: str, **given: Any) -> Opening:
    return Opening(80, "tcp", ("edge",), tuple(map(ip_network, networks)), "web for users")._replace(**given)


@pytest.mark.parametrize(
    ("networks", "expected"),
    [
        (["0.0.0.0/0", "::/0"], [""]),
        (["0.0.0.0/0", "fd00::/8"], [" meta nfproto ipv4", " ip6 saddr { fd00::/8 }"]),
        (["10.0.0.1/32", "10.1.0.0/24", "fd00::1/128"], [" ip saddr { 10.0.0.1, 10.1.0.0/24 }", " ip6 saddr { fd00::1 }"]),
        ([], []),
    ],
)
def test_who_may_ask(networks: list[str], expected: list[str]) -> None:
    assert [line.partition(" accept")[0] for line in rules.services([opening(*networks)])] == [f"{ASKED}{one}" for one in expected]


def test_a_rule_says_why_it_is_there_and_no_quote_ends_that() -> None:
    (line,) = rules.services([opening("0.0.0.0/0", "::/0", why='we"b\n; accept', peers=("edge", "x" * 200))])
    said = line.partition(' comment "')[2]
    assert said.startswith("we_b__ accept: edge, xxx")
    assert said.count('"') == 1
    assert len(said) <= 121


def test_two_that_want_the_same_are_one_in_the_words_of_the_first() -> None:
    both = [opening("10.0.0.1/32", why="ssh"), opening("10.0.0.1/32", why="baseline"), opening("10.0.0.2/32")]
    assert [line.partition("comment ")[2][:6] for line in rules.services(both)] == ['"ssh: ', '"web f']


def test_containers_may_ask_what_is_for_them_and_go_where_they_have_to() -> None:
    assert rules.own([opening("10.0.0.1/32", inside=True), opening("10.0.0.1/32", port=90)]) == [
        f'{ASKED} accept comment "web for users: edge"'
    ]
    assert rules.outwards([opening("10.0.0.1/32")])[0].startswith("meta l4proto tcp th dport 80 ip daddr { 10.0.0.1 } accept")
