# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import guards, rights, run
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from .example import EVERYTHING, environment


def listens(port: int, who: str) -> dict[str, Any]:
    return {"app": [{"port": port, "protocol": "tcp", "address": "*", "from": [who], "for": "admin"}]}


BOTH = {role: listens(22, "operators")["app"] for role in ("app", "monitoring")}


def checked(keys: tuple[str, ...] = ("ssh-ed25519 AAAA ann",), **given: Any) -> None:
    env = environment(**given)._replace(admin_keys=keys)
    guards.check(env, run.wanted(env))


def let_in(port: int, other: str) -> dict[str, Any]:
    return {"in": [{"protocol": "tcp", "port": port, "with": other}], "out": []}


EVERYTHING_ALLOWED = {"own": {"Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]}}
ANYBODY = {
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {f"{rights.GITHUB}:aud": "sts"}}}
    ]
}
#: guard, what is declared beside, the kind, and what of it would be wrong
CASES: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("open-to-the-world", {}, "packets", let_in(8404, "0.0.0.0/0")),
    ("ssh-beside-ssm", {}, "packets", let_in(22, "203.0.113.7/32")),
    ("nobody-gets-in", {"access": {"ssh_from": ["203.0.113.7/32"]}, "listens": BOTH}, "packets", {"in": []}),
    ("unencrypted", {}, "instance", {"disk_encrypted": False}),
    ("unencrypted", {}, "account_defaults", {"disks_encrypted": False}),
    ("unencrypted", {"database": {}}, "database", {"encrypted": False}),
    ("unencrypted", {"cache": {}}, "cache", {"encrypted": False}),
    ("imds-v1", {}, "instance", {"metadata_tokens": "optional"}),
    ("public-database", {"database": {}}, "database", {"public": True}),
    ("no-backups", {"database": {}}, "database", {"backup_days": 0}),
    ("everything-allowed", {}, "role", {"inline": EVERYTHING_ALLOWED}),
    ("trusts-anybody", {}, "role", {"trust": ANYBODY}),
    ("open-bucket", {}, "bucket", {"public_access_blocked": ["BlockPublicAcls"]}),
]


@pytest.mark.parametrize(("guard", "declared", "kind", "fields"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_each_fires_once(guard: str, declared: dict[str, Any], kind: str, fields: dict[str, Any]) -> None:
    """And lets be what has a reason; nothing else of the environment is refused."""
    env = environment(**{**EVERYTHING, **declared})._replace(admin_keys=("ssh-ed25519 AAAA ann",))
    guards.check(env, run.wanted(env))
    place, found = next((place, one) for place, one in enumerate(run.wanted(env)) if one.resource.kind == kind)
    wanted = run.wanted(env)
    wanted[place] = found._replace(fields={**found.fields, **fields})
    with pytest.raises(SpecError, match=f"{found.resource}: .*guard: {guard}, resource: '{found.resource}'"):
        guards.check(env, wanted)
    reason = {"guard": guard, "resource": str(found.resource), "reason": "tried"}
    env = environment(**{**EVERYTHING, **declared, "allowed": [reason]})._replace(admin_keys=("ssh-ed25519 AAAA ann",))
    guards.check(env, wanted)


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


def test_none_is_forgotten() -> None:
    text = Path(guards.__file__).read_text(encoding="utf-8")
    known = {*re.findall(r'Finding\(\s*"([a-z0-9-]+)"', text), *(guard for guard, _, _ in guards._FIELDS.values())}
    assert known == {case[0] for case in CASES}
    assert guards._FIELDS.keys() - {field for case in CASES for field in case[3]} == set()


def test_a_database_without_backups_needs_a_reason() -> None:
    with pytest.raises(SpecError, match="no-backups"):
        checked(database={"backup_days": 0})
    checked(
        database={"backup_days": 0},
        allowed=[{"guard": "no-backups", "resource": "database:echodiary-production", "reason": "a throw-away environment"}],
    )
