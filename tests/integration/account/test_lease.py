# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs never change an account at once. Judged by what the imitation was asked for."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from lab.strict.server import Server
from tests.integration.account.environment import LOGIN, PREFIX, Environment, beyond, family
from tests.integration.account.inside import within
from tests.integration.local_play import ROOT

pytestmark = pytest.mark.integration
TABLE = f"{PREFIX}-lease"


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    with Server() as aws:
        env = Environment(aws, tmp_path_factory.mktemp("lease"))
        hosts = {"app1": {"role": "app", "type": "t4g.small", "zone": "a"}}
        env.declare(hosts=hosts, network={"cidr": "10.20.0.0/16", "zones": ["a"]}, images=None, buckets={}, github=None, key=False)
        with within(env) as here:
            here.apply()
        (env.inventory / "group_vars/all/lease.yml").write_text(yaml.safe_dump({"echodiary_lease": {"table": TABLE}}))
        yield env


def changed(env: Environment) -> list[str]:
    """But for leases."""
    return [call.operation for call in env.aws.writes() if call.operation != "dynamodb:PutItem"]


def held(env: Environment) -> bool:
    found = env.client("dynamodb").get_item(TableName=TABLE, Key={"name": {"S": "production/account"}}, ConsistentRead=True)
    return '"lease": {' in found["Item"]["record"]["S"]


def break_one(env: Environment) -> None:
    env.client("logs").delete_retention_policy(logGroupName="/echodiary/production/app")


def without_its_table(env: Environment) -> None:
    env.aws.settle()
    tables = env.client("dynamodb")
    tables.update_table(TableName=TABLE, DeletionProtectionEnabled=False)
    env.aws.settle()
    tables.delete_table(TableName=TABLE)
    env.aws.settle()


def test_the_first_run_makes_the_table_first_of_all_and_has_its_lease(env: Environment) -> None:
    without_its_table(env)
    break_one(env)
    env.aws.forget()
    env.apply()
    operations = [call.operation for call in env.aws.writes()]
    assert operations[:2] == ["dynamodb:CreateTable", "dynamodb:PutItem"] and "logs:PutRetentionPolicy" in operations
    assert not held(env) and env.check() == {}


def test_of_two_runs_one_applies_and_the_other_is_told_who(env: Environment) -> None:
    break_one(env)
    env.aws.forget()
    # the first one is at work for a while
    env.aws.fault(kind="throttle", operation="logs:PutRetentionPolicy", times=4)
    first = env.start()
    while "dynamodb:PutItem" not in [call.operation for call in env.aws.writes()]:
        assert first.poll() is None
        time.sleep(0.05)
    second = env.run(readable=True)
    output, _ = first.communicate(timeout=300)
    env.aws.no_faults()
    said = " ".join(second.output.split())
    assert first.returncode == 0, output
    assert second.code != 0 and "lock account is held by" in said and "state=read" in said
    assert set(changed(env)) == {"logs:PutRetentionPolicy"} and not held(env)


def test_a_killed_run_is_taken_over_when_its_lease_has_run_out(env: Environment) -> None:
    break_one(env)
    env.aws.forget()
    env.aws.fault(kind="timeout", operation="logs:PutRetentionPolicy", times=1)
    process = env.start("-e", "account_lease_ttl=8")
    while "logs:PutRetentionPolicy" not in changed(env):
        assert process.poll() is None
        time.sleep(0.05)
    for one in family(process.pid):
        os.kill(one, signal.SIGKILL)
    process.communicate()
    env.aws.no_faults()
    env.aws.forget()
    refused = env.run(readable=True)
    assert refused.code != 0 and changed(env) == [] and held(env)
    env.apply("-e", "account_lease_wait=60")
    assert not held(env) and env.check() == {}


def test_the_printed_command_ends_a_lease(env: Environment) -> None:
    taken = ansible(env, "-m", "echodiary.infra.deploy_lock", "-a", json.dumps({"name": "account", "reason": "by hand"}))
    assert taken.returncode == 0, taken.stdout
    said = " ".join(env.run(readable=True).output.split())
    printed = re.search(r"to end it: (ansible localhost .*? '\{.*?\}')", said)
    assert printed and held(env), said
    assert ansible(env, *shlex.split(printed[1])[1:]).returncode == 0
    assert not held(env)


def ansible(env: Environment, *words: str) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("ansible")),
        *(words if "-i" in words else ("localhost", "-i", str(env.inventory), *words)),
    ]
    given = {**os.environ, **LOGIN, "AWS_ENDPOINT_URL": env.aws.url}
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)


def test_a_run_that_is_interrupted_gives_it_back(env: Environment) -> None:
    break_one(env)
    env.aws.forget()
    env.aws.fault(kind="throttle", operation="logs:PutRetentionPolicy", times=6)
    process = env.start(readable=True)
    while "logs:PutRetentionPolicy" not in changed(env):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    env.aws.no_faults()
    assert process.returncode != 0 and not held(env), output
    env.apply()


@pytest.mark.full
def test_of_two_first_runs_one_makes_the_table_and_one_has_the_lease(env: Environment) -> None:
    env.aws.reset()
    runs = [env.start(), env.start()]
    codes = sorted(run.wait(timeout=300) for run in runs)
    assert codes == [0, 2] and not held(env) and env.check() == {}


def test_without_a_table_it_is_said_that_nothing_keeps_two_apart(env: Environment) -> None:
    (env.inventory / "group_vars/all/lease.yml").unlink()
    env.aws.forget()
    played = env.run(readable=True)
    assert played.code == 0 and "nothing keeps another run off this account" in " ".join(played.output.split())
    assert [call.operation for call in env.aws.writes()] == []


def test_no_run_has_made_use_of_more_than_its_rights(env: Environment) -> None:
    assert beyond(env) == set()
