# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import guards, run
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from .example import environment


def listens(port: int, who: str) -> dict[str, Any]:
    return {"app": [{"port": port, "protocol": "tcp", "address": "*", "from": [who], "for": "admin"}]}


BOTH = {role: listens(22, "operators")["app"] for role in ("app", "monitoring")}


def checked(keys: tuple[str, ...] = ("ssh-ed25519 AAAA ann",), **given: Any) -> None:
    env = environment(**given)._replace(admin_keys=keys)
    guards.check(env, run.wanted(env))


@pytest.mark.parametrize("port", [80, 443])
def test_the_world_may_ask_for_the_web(port: int) -> None:
    checked(listens=listens(port, "edge"))


@pytest.mark.parametrize("port", [22, 5432, 8404])
def test_nothing_else_is_open_to_the_world(port: int) -> None:
    with pytest.raises(SpecError, match=f"port {port} would be open to the world"):
        checked(listens=listens(port, "edge"))


def test_an_exception_has_its_reason_and_holds_for_one_thing() -> None:
    allowed = [{"guard": "open-to-the-world", "resource": "packets:echodiary-production-app", "reason": "a game server"}]
    checked(listens=listens(8404, "edge"), allowed=allowed)
    with pytest.raises(SpecError):
        checked(listens=listens(8404, "edge"), allowed=[{**allowed[0], "resource": "packets:echodiary-production-monitoring"}])
    with pytest.raises(SpecError, match="reason"):
        checked(listens=listens(8404, "edge"), allowed=[{"guard": "open-to-the-world", "resource": "x"}])


def test_ssh_is_let_in_from_where_it_is_declared_and_from_nowhere_with_session_manager() -> None:
    checked(listens=BOTH, access={"ssh_from": ["203.0.113.7/32"]})
    checked(listens=listens(22, "operators"))
    with pytest.raises(SpecError, match="port 22"):
        checked(listens=listens(22, "monitoring"))


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "0.0.0.0/1", "2000::/3"])
def test_ssh_is_let_in_from_places_not_from_the_world(network: str) -> None:
    with pytest.raises(SpecError, match="open to the world"):
        checked(listens=BOTH, access={"ssh_from": ["203.0.113.7/32", network]})


def test_hosts_that_nobody_could_reach_are_refused() -> None:
    """Of one role nobody is let in by ssh, and there is no other way."""
    access = {"ssh_from": ["203.0.113.7/32"]}
    with pytest.raises(SpecError, match=r"packets:echodiary-production-monitoring: .*nobody could reach"):
        checked(listens=listens(22, "operators"), access=access)
    with pytest.raises(SpecError, match=r"instance:app1: .*nobody could log in"):
        checked(keys=(), listens=BOTH, access=access)
    checked(keys=(), listens={})


def test_two_networks_of_an_account_do_not_overlap() -> None:
    guards.check_overlap(environment(), [("vpc-1", "10.21.0.0/16")])
    with pytest.raises(SpecError, match="vpc-2"):
        guards.check_overlap(environment(), [("vpc-1", "10.21.0.0/16"), ("vpc-2", "10.20.128.0/20")])


@pytest.mark.parametrize(
    ("kind", "field", "value", "guard"),
    [
        ("database", "encrypted", False, "unencrypted"),
        ("cache", "encrypted", False, "unencrypted"),
        ("database", "public", True, "public-database"),
        ("database", "backup_days", 0, "no-backups"),
    ],
)
def test_data_is_encrypted_private_and_backed_up(kind: str, field: str, value: Any, guard: str) -> None:
    env = environment(database={}, cache={})
    (one,) = [one for one in run.wanted(env) if one.resource.kind == kind]
    guards.check(env, [one])
    with pytest.raises(SpecError, match=guard):
        guards.check(env, [one._replace(fields={**one.fields, field: value})])


def test_a_database_without_backups_needs_a_reason() -> None:
    with pytest.raises(SpecError, match="no-backups"):
        checked(database={"backup_days": 0})
    checked(
        database={"backup_days": 0},
        allowed=[{"guard": "no-backups", "resource": "database:echodiary-production", "reason": "a throw-away environment"}],
    )
