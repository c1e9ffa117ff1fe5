# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import listens, manifest

SLOTS = {"slots": {"blue": 8001, "green": 8002}}


def socket(port: Any = 9090, **given: Any) -> dict[str, Any]:
    return {"port": port, "from": ["host"], "for": "metrics", **given}


def built(*sockets: dict[str, Any], name: str = "demo") -> Any:
    return manifest.build(name, {"listens": list(sockets)}, {})


def test_what_is_not_said_is_every_address_by_tcp() -> None:
    assert built(socket("9090"))["listens"] == [{"port": 9090, "protocol": "tcp", "address": "*", "from": ["host"], "for": "metrics"}]
    assert manifest.build("demo", {}, {})["listens"] == []


def test_the_port_of_a_slot_is_one_of_each() -> None:
    found = listens.read("demo", [{**socket("{port}"), "protocol": "tcp", "address": "127.0.0.1"}], SLOTS)
    assert [one["port"] for one in found] == [8001, 8002]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (socket("http"), "'http' is no port"),
        (socket(0), "'0' is no port"),
        (socket(65536), "'65536' is no port"),
        (socket(""), "'' is no port"),
        (socket("{port}"), "has no release"),
        (socket(protocol="sctp"), "sctp"),
        (socket(address="a b"), "'a b'"),
        (socket(address=""), "address"),
        (socket(**{"from": []}), "monitoring"),
        (socket(**{"from": ["a b"]}), "groups of the inventory"),
        (socket(**{"for": "fun"}), "fun"),
        ({"port": 1}, "missing"),
        (socket(prot="tcp"), "prot"),
    ],
)
def test_bad_input_is_one_line_that_names_it(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=r"^demo: ") as caught:
        built(wrong)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (socket(), socket(), True),
        (socket(), socket(9091), False),
        (socket(), socket(protocol="udp"), False),
        (socket(address="127.0.0.1"), socket(), True),
        (socket(address="127.0.0.1"), socket(address="127.0.0.2"), False),
        (socket(address="localhost"), socket(address="127.0.0.1"), True),
        (socket(address="127.0.0.1"), socket(address="0.0.0.0"), True),
        (socket(address="::1"), socket(address="0.0.0.0"), False),
        (socket(address="10.0.0.1"), socket(address="[::]"), True),
        (socket(address="app1.internal"), socket(address="0.0.0.0"), True),
        (socket(address="app1.internal"), socket(address="10.0.0.1"), False),
    ],
)
def test_two_components_cannot_have_one_socket(first: dict[str, Any], second: dict[str, Any], same: bool) -> None:
    for one, other in ((first, second), (second, first)):
        specs = [built(one, name="one"), built(other, name="two")]
        if not same:
            manifest.check_claims(specs)
            continue
        with pytest.raises(SpecError, match=r"one listens at 9090/tcp on .*, and two at 9090/tcp on ") as caught:
            manifest.check_claims(specs)
        assert "\n" not in str(caught.value)


def test_one_component_says_it_once() -> None:
    with pytest.raises(SpecError, match=r"demo: listens: 9090/tcp on all addresses and 9090/tcp on 127\.0\.0\.1 are"):
        built(socket(), socket(address="127.0.0.1"))
