# SPDX-License-Identifier: GPL-3.0-or-later
"""The account by ansible-playbook itself: what a run in this process cannot show (inside.py)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.strict.server import Server
from tests.integration.account.agents import Agents
from tests.integration.account.environment import ACCOUNT, Environment
from tests.integration.account.hands import Console
from tests.integration.account.inside import within

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    with Server() as aws:
        yield Environment(aws, tmp_path_factory.mktemp("playbook"))


def test_it_says_what_a_run_in_here_says(env: Environment) -> None:
    predicted = env.check()
    with within(env) as here:
        assert here.check() == predicted
        here.apply()
    assert env.check() == {}


def break_two(console: Console) -> None:
    console.ec2.modify_vpc_attribute(VpcId=console.vpc(), EnableDnsHostnames={"Value": False})
    console.logs.delete_retention_policy(logGroupName="/echodiary/production/app")


def test_a_run_that_is_killed_is_finished_by_the_next(env: Environment) -> None:
    healthy = env.state()
    break_two(Console(env))
    env.killed_after(1)
    output = env.run("--check", readable=True).output
    assert "a run was cut off" in output
    # two hosts with disk and address, 20.658 each, and a secret; 0.7914, 0.125 and 0.20 by use; alarms: 9 metrics at 0.10, two of
    # which the hosts' agents send, and three that filters make, at 0.30
    assert "cost: at least 45.23 USD a month as declared, +0.00 by this plan; no price for key" in output
    env.apply()
    assert env.state() == healthy and env.journal()[-1]["event"] == "end"


def test_another_account_is_refused_before_the_first_read(env: Environment) -> None:
    text = env.declaration.read_text()
    env.declaration.write_text(text.replace(ACCOUNT, "210987654321"))
    env.aws.forget()
    played = env.run(readable=True)
    env.declaration.write_text(text)
    assert played.code != 0 and ACCOUNT in played.output and "210987654321" in played.output
    assert [call.operation for call in env.aws.calls()] == ["sts:GetCallerIdentity"]


def test_what_a_guard_refuses_is_refused_before_anything_is_asked(env: Environment) -> None:
    env.declare(database={"backup_days": 0})
    env.aws.forget()
    played = env.run(readable=True)
    env.declare()
    assert played.code == 2 and "guard: no-backups" in played.output and env.aws.calls() == []


def test_no_secret_is_shown_or_kept(env: Environment) -> None:
    value = env.client("secretsmanager").get_secret_value(SecretId="echodiary/production/app")["SecretString"]
    kept = "".join(path.read_text(errors="replace") for path in env.place.rglob("*") if path.is_file())
    shown = env.run("-vvv", readable=True).output
    assert len(json.loads(value)) >= 4
    assert [name for name, secret in json.loads(value).items() if not name.endswith("_user") and secret in kept + shown] == []


def test_what_may_not_be_read_is_not_taken_for_absent(env: Environment) -> None:
    env.aws.forget()
    env.aws.fault(kind="error", code="UnauthorizedOperation", status=403, operation="ec2:DescribeSubnets")
    played = env.run(readable=True)
    env.aws.no_faults()
    assert played.code == 4 and "ec2:DescribeSubnets" in played.output and "Unknown" in played.output
    assert [call.operation for call in env.aws.writes()] == []


def test_hosts_are_asked_for_their_keys(env: Environment, tmp_path: Path) -> None:
    env.agents = True
    with Agents(env, tmp_path) as agents:
        played, ids = env.run(readable=True), agents.ids()
        keys = [agents.key(instance).split()[1] for instance in ids.values()]
    assert played.code == 0, played.output
    known = (env.inventory / "group_vars/all/known_hosts.txt").read_text()
    assert len(keys) == 2 and all(one in known for one in (*keys, *ids.values()))
