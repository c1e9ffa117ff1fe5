# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import packets
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Ref

from ..example import environment

APP, MONITORING = (Ref("security_group", f"echodiary-production-{role}") for role in ("app", "monitoring"))


def let_in(role: str, **given: Any) -> list[tuple[int, Any]]:
    name = role if role == "default" else f"echodiary-production-{role}"
    (found,) = [one for one in packets.declared(environment(**given)) if one.resource.name == name]
    return [(rule["port"], rule["with"]) for rule in found.fields["in"]]


def test_what_components_listen_on_is_let_through_to_those_they_name() -> None:
    assert let_in("app") == [(80, "0.0.0.0/0"), (80, MONITORING)]
    assert let_in("monitoring") == [(9100, MONITORING)]


def test_operators_come_from_where_they_are_declared_to_be() -> None:
    assert (22, "203.0.113.0/24") in let_in("monitoring", access={"ssh_from": ["203.0.113.0/24"]})


def test_the_group_for_those_in_no_group_lets_nothing_through() -> None:
    assert let_in("default") == []


def test_two_components_on_one_port_make_one_rule() -> None:
    socket = {"port": 9100, "protocol": "tcp", "address": "*", "from": ["monitoring"], "for": "metrics"}
    assert let_in("app", listens={"app": [socket, socket]}) == [(9100, MONITORING)]


def test_the_module_is_told_each_rule_in_its_own_words() -> None:
    rules = [
        {"protocol": "tcp", "port": 80, "with": "0.0.0.0/0"},
        {"protocol": "tcp", "port": "8000-8010", "with": "sg-1"},
        {"protocol": "-1", "port": None, "with": "::/0"},
        {"protocol": "icmp", "port": -1, "with": "pl-1"},
    ]
    (call,) = list(packets.hands(model.Goal("app", "sg-9", {"in": rules, "out": []}, {}, {})))
    assert call.args["rules"] == [
        {"proto": "tcp", "from_port": 80, "to_port": 80, "cidr_ip": ["0.0.0.0/0"]},
        {"proto": "tcp", "from_port": 8000, "to_port": 8010, "group_id": ["sg-1"]},
        {"proto": "-1", "cidr_ipv6": ["::/0"]},
        {"proto": "icmp", "from_port": -1, "to_port": -1, "ip_prefix": ["pl-1"]},
    ]
    assert call.args["group_id"] == "sg-9" and call.args["rules_egress"] == []


def test_what_goes_names_no_other_group_any_more() -> None:
    (call,) = list(packets.remove(model.Seen(model.Resource("packets", "app"), "sg-9", {"in": [{"with": "sg-1"}], "out": []})))
    assert call.args["group_id"] == "sg-9" and call.args["rules"] == [] and call.args["rules_egress"] == []
