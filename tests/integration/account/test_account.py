# SPDX-License-Identifier: GPL-3.0-or-later
"""An account is predicted, made, read again, and put right after hands in the console. Judged by what the imitation holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import declaration, run

from lab.strict.server import Server
from tests.integration.account.environment import ACCOUNT, DECLARED, REGION, Environment, fields_of
from tests.integration.account.hands import HANDS, Console

pytestmark = pytest.mark.integration
#: what cannot be changed by anybody once it is there
FIXED = {
    ("vpc", "cidr"), ("vpc", "tenancy"), ("gateway", "vpc"), ("subnet", "vpc"), ("subnet", "cidr"), ("subnet", "zone"),
    ("route_table", "vpc"), ("endpoint", "vpc"), ("endpoint", "service"), ("security_group", "vpc"), ("security_group", "description"),
    ("identity_provider", "url"), ("registry", "encryption"), ("instance", "architecture"), ("instance", "subnet"),
    ("instance", "disk_encrypted"),
}  # fmt: skip


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    with Server() as aws:
        yield Environment(aws, tmp_path_factory.mktemp("account"))


def test_an_empty_account_is_predicted_and_made_so(env: Environment) -> None:
    predicted = env.check()
    assert {change["action"] for change in predicted.values()} == {"create", "update"}
    assert env.apply() == predicted
    assert env.check() == {}


def test_what_is_as_declared_is_not_written_again(env: Environment) -> None:
    env.aws.forget()
    assert env.apply() == {}
    assert [call.operation for call in env.aws.writes()] == []
    assert len(env.aws.calls()) <= 80


def test_every_hand_in_the_console_is_seen_and_put_right(env: Environment) -> None:
    before, console = env.aws.state(), Console(env)
    for one in HANDS:
        one.does(console)
    found = fields_of(env.check())
    assert {(one.resource, field) for one in HANDS for field in one.fields} - found == set()
    env.apply()
    assert env.check() == {}
    assert env.aws.state() == before


def test_every_declared_field_has_a_hand() -> None:
    declared = declaration.read(DECLARED, "production", ACCOUNT, REGION, {})
    wanted = {(one.resource.kind, field) for one in run.wanted(declared) for field in one.fields}
    tried = {(one.resource.partition(":")[0], field) for one in HANDS for field in one.fields}
    assert wanted - tried - FIXED == set()
