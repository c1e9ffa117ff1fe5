# SPDX-License-Identifier: GPL-3.0-or-later
"""An account is predicted, made, read again, and put right after hands in the console. Judged by what the imitation holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import declaration, run

from lab.strict.server import Server
from tests.integration.account.environment import ACCOUNT, DECLARED, REGION, Environment, beyond, fields_of
from tests.integration.account.hands import HANDS, Console

pytestmark = pytest.mark.integration
#: what nobody can change once it is there, or nobody can change back
FIXED = {
    ("vpc", "cidr"), ("vpc", "tenancy"), ("gateway", "vpc"), ("subnet", "vpc"), ("subnet", "cidr"), ("subnet", "zone"),
    ("route_table", "vpc"), ("endpoint", "vpc"), ("endpoint", "service"), ("security_group", "vpc"), ("security_group", "description"),
    ("identity_provider", "url"), ("registry", "encryption"), ("instance", "architecture"), ("instance", "subnet"),
    ("instance", "disk_encrypted"), ("instance", "disk"), ("lease_table", "key"),
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
    before, console = env.state(), Console(env)
    for one in HANDS:
        one.does(console)
    found = fields_of(env.check())
    assert {(one.resource, field) for one in HANDS for field in one.fields} - found == set()
    env.apply()
    assert env.check() == {}
    assert env.state() == before


def test_every_declared_field_has_a_hand() -> None:
    declared = declaration.read(DECLARED, "production", ACCOUNT, REGION, {})
    wanted = {(one.resource.kind, field) for one in run.wanted(declared) for field in one.fields}
    tried = {(one.resource.partition(":")[0], field) for one in HANDS for field in one.fields}
    assert wanted - tried - FIXED == set()


def break_two(console: Console) -> None:
    console.ec2.modify_vpc_attribute(VpcId=console.vpc(), EnableDnsHostnames={"Value": False})
    console.logs.delete_retention_policy(logGroupName="/echodiary/production/app")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "operation": "logs:PutRetentionPolicy"},
        pytest.param({"kind": "timeout", "operation": "logs:PutRetentionPolicy", "after": True, "times": 1}, marks=pytest.mark.full),
        pytest.param(
            {"kind": "error", "code": "ExpiredTokenException", "status": 400, "operation": "logs:PutRetentionPolicy", "times": 1},
            marks=pytest.mark.full,
        ),
    ],
    ids=["error", "done, and no answer", "expired"],
)
def test_a_step_that_fails_leaves_the_account_as_it_was(env: Environment, fault: dict[str, Any]) -> None:
    healthy = env.state()
    break_two(Console(env))
    before = env.state()
    env.aws.fault(**fault)
    played = env.run()
    env.aws.no_faults()
    assert played.code != 0 or fault["kind"] == "timeout"  # boto3 asks again where nobody answered
    if played.code:
        assert env.state() == before and env.journal()[-1]["verdict"].startswith("failed; taken back")
    env.apply()
    assert env.state() == healthy


def test_a_run_that_is_killed_is_finished_by_the_next(env: Environment) -> None:
    healthy = env.state()
    break_two(Console(env))
    env.killed_after(1)
    assert "a run was cut off" in env.run("--check", readable=True).output
    env.apply()
    assert env.state() == healthy
    assert "a run was cut off" not in env.run("--check", readable=True).output


def test_throttled_calls_are_asked_again(env: Environment) -> None:
    healthy = env.state()
    Console(env).logs.delete_retention_policy(logGroupName="/echodiary/production/app")
    env.aws.fault(kind="throttle", share=0.3, seed=1)
    try:
        env.apply()
    finally:
        env.aws.no_faults()
    assert env.state() == healthy


def test_what_may_not_be_read_is_not_taken_for_absent(env: Environment) -> None:
    env.aws.forget()
    env.aws.fault(kind="error", code="UnauthorizedOperation", status=403, operation="ec2:DescribeSubnets")
    played = env.run(readable=True)
    env.aws.no_faults()
    assert played.code != 0 and "ec2:DescribeSubnets" in played.output
    assert [call.operation for call in env.aws.writes()] == []


def test_another_account_is_refused_before_the_first_read(env: Environment) -> None:
    text = env.declaration.read_text()
    env.declaration.write_text(text.replace(ACCOUNT, "210987654321"))
    env.aws.forget()
    played = env.run(readable=True)
    env.declaration.write_text(text)
    assert played.code != 0 and ACCOUNT in played.output and "210987654321" in played.output
    assert [call.operation for call in env.aws.calls()] == ["sts:GetCallerIdentity"]


def test_no_secret_is_shown_or_kept(env: Environment) -> None:
    value = env.client("secretsmanager").get_secret_value(SecretId="echodiary/production/app")["SecretString"]
    kept = "".join(path.read_text(errors="replace") for path in env.place.rglob("*") if path.is_file())
    shown = env.run("-vvv", readable=True).output
    assert len(json.loads(value)) >= 4
    assert [name for name, secret in json.loads(value).items() if not name.endswith("_user") and secret in kept + shown] == []


def test_what_stands_in_its_way_is_known_beforehand(env: Environment) -> None:
    """A second environment of the account: its own network, and nothing of the first is its business."""
    other = env.client("ec2").create_vpc(CidrBlock="10.21.0.0/16")["Vpc"]["VpcId"]
    assert env.check() == {}
    env.declare(network={"cidr": "10.21.0.0/16", "zones": ["a", "c"]})
    refused = env.run("--check", readable=True)
    env.declare()
    assert refused.code != 0 and other in refused.output
    env.client("ec2").delete_vpc(VpcId=other)


def test_what_would_be_replaced_is_refused(env: Environment) -> None:
    hosts = {**DECLARED["hosts"], "app1": {**DECLARED["hosts"]["app1"], "zone": "c"}}
    env.declare(hosts=hosts)
    found = env.check()
    env.apply()
    env.declare()
    assert found["instance:app1"]["action"] == "replace" and "-e replace=instance:app1" in found["instance:app1"]["refused"]
    assert env.check() == {}


def test_what_nobody_declares_any_more_goes_when_people_say_so(env: Environment) -> None:
    hosts = {**DECLARED["hosts"], "app2": {"role": "app", "type": "t4g.small", "zone": "c"}}
    env.declare(hosts=hosts)
    env.apply()
    env.declare()
    assert {name: change["action"] for name, change in env.check().items()} == {"instance:app2": "orphan"}
    env.apply("-e", "prune=true")
    assert env.check() == {}
    assert len(running(env)) == len(DECLARED["hosts"])


def test_no_run_has_made_use_of_more_than_its_rights(env: Environment) -> None:
    assert beyond(env) == set()


def running(env: Environment) -> list[Any]:
    filters = [{"Name": "instance-state-name", "Values": ["running"]}]
    found = env.client("ec2").describe_instances(Filters=filters)["Reservations"]
    return [one for reservation in found for one in reservation["Instances"]]
