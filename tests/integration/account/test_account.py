# SPDX-License-Identifier: GPL-3.0-or-later
"""An account is predicted, made, read again, and put right after hands in the console. Judged by what the imitation holds.

Some of the runs are divided: a step fails in a copy. All steps are in test_steps.py, ansible-playbook itself is in test_playbook.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import authors, declaration, run

from tests.integration.account import losses
from tests.integration.account.divided import divided, killed
from tests.integration.account.environment import ACCOUNT, DECLARED, PREFIX, REGION, fields_of, plan_of
from tests.integration.account.explained import unexplained
from tests.integration.account.hands import HANDS, Console
from tests.integration.account.inside import Inside, inside
from tests.integration.account.steps import REFUSED, SILENT, UNHEARD, as_before, as_undisturbed

pytestmark = pytest.mark.integration
#: for these AWS takes no token, or none is given: whoever asks for them twice has two
MADE_TWICE = (
    "ec2:CreateVpc", "ec2:CreateInternetGateway", "ec2:CreateRouteTable", "ec2:CreateVpcEndpoint", "ec2:AllocateAddress", "kms:CreateKey",
)  # fmt: skip
#: what nobody can change once it is there, or nobody can change back
FIXED = {
    ("vpc", "cidr"), ("vpc", "tenancy"), ("gateway", "vpc"), ("subnet", "vpc"), ("subnet", "cidr"), ("subnet", "zone"),
    ("route_table", "vpc"), ("endpoint", "vpc"), ("endpoint", "service"), ("security_group", "vpc"), ("security_group", "description"),
    ("identity_provider", "url"), ("registry", "encryption"), ("instance", "architecture"), ("instance", "subnet"),
    ("instance", "disk_encrypted"), ("instance", "disk"), ("lease_table", "key"),
    # of one that has another of these another one is made, and this one is nobody's
    ("subscription", "topic"), ("metric_filter", "log_group"),
}  # fmt: skip


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("account")) as env:
        yield env


def test_an_empty_account_is_predicted_and_made_so(env: Inside) -> None:
    predicted = env.check()
    assert {change["action"] for change in predicted.values()} == {"create", "update"}
    go_unheard(env, *MADE_TWICE)
    # a key that has no name yet; and nearly the last step: something of each kind is taken back
    steps = divided(env, REFUSED, lambda _, step: step in ("kms:CreateAlias", "ec2:AssociateAddress"), as_before(env, again=False))
    assert len(steps.told) == 2 and steps.wrong == []
    assert steps.played and plan_of(steps.played) == predicted
    assert env.check() == {} and twins(env) == []


def test_what_is_as_declared_is_not_written_again(env: Inside) -> None:
    env.aws.forget()
    assert env.apply() == {}
    assert [call.operation for call in env.aws.writes()] == []
    # of 47 resources, 15 of which watch the others
    assert len(env.aws.calls()) <= 82


def test_every_hand_in_the_console_is_seen_and_put_right(env: Inside) -> None:
    before, console = env.state(), Console(env)
    for one in HANDS:
        one.does(console)
    plan = env.check()
    assert {(one.resource, field) for one in HANDS for field in one.fields} - fields_of(plan) == set()
    told = {resource: change["by"] for resource, change in plan.items() if "by" in change}
    assert told["packets:echodiary-production-app"].endswith("(AuthorizeSecurityGroupIngress)")
    assert {who.partition(",")[0] for who in told.values()} == {"console"} and len(told) > authors.MOST / 2
    assert {change["origin"] for change in plan.values()} == {"corrective"}
    go_unheard(env, "ec2:DeleteNetworkAclEntry")
    steps = divided(env, {**REFUSED, **UNHEARD}, lambda _, step: step == "ec2:AssociateAddress", as_before(env, again=False))
    assert len(steps.told) == 2 and steps.wrong == []
    console.puts_its_own_away()
    assert env.check() == {}
    assert env.state() == before


def test_every_declared_field_has_a_hand() -> None:
    declared = declaration.read(DECLARED, "production", ACCOUNT, REGION, {})
    wanted = {(one.resource.kind, field) for one in run.wanted(declared) for field in one.fields}
    # those that hide others: losses.py, and below
    hidden = {("secret", "there"), ("key", "kept"), ("key", "alias")}
    tried = {(one.resource.partition(":")[0], field) for one in HANDS for field in one.fields} | hidden
    assert wanted - tried - FIXED == set()


def test_a_kill_is_finished_by_the_next_run(env: Inside) -> None:
    healthy, console = env.aws.state(names=True), Console(env)
    console.ec2.modify_vpc_attribute(VpcId=console.vpc(), EnableDnsHostnames={"Value": False})
    console.logs.delete_retention_policy(logGroupName="/echodiary/production/app")
    steps = killed(env, lambda _, line: line.startswith(("step vpc", "step log_group")), as_undisturbed(env, healthy))
    assert len(steps.told) == 2 and steps.wrong == []


@pytest.mark.full
def test_credentials_that_expire_in_the_middle_are_told_and_the_next_run_goes_on(env: Inside) -> None:
    healthy, console = env.state(), Console(env)
    console.ec2.modify_vpc_attribute(VpcId=console.vpc(), EnableDnsHostnames={"Value": False})
    console.logs.delete_retention_policy(logGroupName="/echodiary/production/app")
    env.aws.fault(kind="error", code="ExpiredTokenException", status=400, operation="logs:PutRetentionPolicy", times=1)
    played = env.run()
    env.aws.no_faults()
    assert played.code == 2 and "log in again" in played.output
    env.apply()
    assert env.state() == healthy


def test_throttled_calls_are_asked_again(env: Inside) -> None:
    healthy = env.state()
    Console(env).logs.delete_retention_policy(logGroupName="/echodiary/production/app")
    env.aws.fault(kind="throttle", share=0.1, seed=1)
    try:
        env.apply()
    finally:
        env.aws.no_faults()
    assert env.state() == healthy


def test_what_stands_in_its_way_is_known_beforehand(env: Inside) -> None:
    """A second environment of the account: its own network, and nothing of the first is its business."""
    other = env.client("ec2").create_vpc(CidrBlock="10.21.0.0/16")["Vpc"]["VpcId"]
    assert env.check() == {}
    env.declare(network={"cidr": "10.21.0.0/16", "zones": ["a", "c"]})
    refused = env.run("--check", readable=True)
    env.declare()
    assert refused.code != 0 and other in refused.output
    env.client("ec2").delete_vpc(VpcId=other)


def test_what_would_be_replaced_is_refused(env: Inside) -> None:
    hosts = {**DECLARED["hosts"], "app1": {**DECLARED["hosts"]["app1"], "zone": "c"}}
    env.declare(hosts=hosts)
    found = env.check()
    env.apply()
    env.declare()
    assert found["instance:app1"]["action"] == "replace" and "-e replace=instance:app1" in found["instance:app1"]["refused"]
    assert env.check() == {}


def test_what_nobody_declares_any_more_goes_when_people_say_so(env: Inside) -> None:
    hosts = {**DECLARED["hosts"], "app2": {"role": "app", "type": "t4g.small", "zone": "c"}}
    env.declare(hosts=hosts)
    env.apply()
    env.declare()
    watched = {f"alarm:echodiary/production/app2-{what}": "orphan" for what in ("machine", "host", "memory")}
    gone = {"instance:app2": "orphan", **watched, f"dashboard:{PREFIX}": "update"}
    assert {name: change["action"] for name, change in env.check().items()} == gone
    env.apply("-e", "prune=true")
    assert env.check() == {}
    assert len(running(env)) == len(DECLARED["hosts"])


def test_whose_it_is_is_told_of_each_of_them(env: Inside) -> None:
    """Git asks for something, somebody in the console changes something else, and both change one thing."""
    console = Console(env)
    console.allow("echodiary-production-app", "tcp", 22, "0.0.0.0/0")
    console.logs.put_retention_policy(logGroupName="/echodiary/production/app", retentionInDays=7)
    env.declare(logs_days=60, buckets={"backups": {"daily_days": 14}})
    found = env.check()
    assert {name: change["origin"] for name, change in found.items()} == {
        f"packets:{PREFIX}-app": "corrective",
        "log_group:/echodiary/production/app": "conflict",
        "log_group:/echodiary/production/monitoring": "pending",
        f"bucket:{PREFIX}-backups-{ACCOUNT}": "pending",
    }
    # whom git moved nobody is asked for
    assert {name for name, change in found.items() if "by" in change} == {f"packets:{PREFIX}-app", "log_group:/echodiary/production/app"}
    env.client("ssm").delete_parameter(Name="/echodiary/production/last-applied")
    without = env.check()
    assert {name: change["fields"] for name, change in without.items()} == {name: change["fields"] for name, change in found.items()}
    assert [name for name, change in without.items() if "origin" in change] == []
    env.apply()
    env.declare()
    assert {change["origin"] for change in env.check().values()} == {"pending"}
    env.apply()


def test_what_cannot_be_remembered_is_told_and_stays_applied(env: Inside) -> None:
    Console(env).logs.put_retention_policy(logGroupName="/echodiary/production/app", retentionInDays=7)
    env.client("ssm").delete_parameter(Name="/echodiary/production/last-applied")
    env.aws.fault(kind="error", code="AccessDeniedException", status=400, operation="ssm:PutParameter")
    played = env.run()
    env.aws.no_faults()
    assert played.code == 0 and "warning: what was applied is not remembered" in played.output and "ssm:PutParameter" in played.output
    assert env.check() == {}
    env.apply()


def test_what_is_lost_is_seen_and_made_anew(env: Inside) -> None:
    losses.take_away(Console(env))
    found = {resource: change["action"] for resource, change in env.check().items()}
    assert losses.LOST.items() - found.items() == set()
    # what named it, and nothing else
    assert set(found) - set(losses.LOST) == {
        f"packets:{PREFIX}-app",
        f"packets:{PREFIX}-monitoring",
        *(f"alarm:echodiary/production/mon1-{what}" for what in ("machine", "host", "memory")),
    }
    env.apply()
    assert env.check() == {}


def test_what_was_left_behind_is_told_and_goes_when_people_say_so(env: Inside) -> None:
    before, strays = env.state(), losses.leave_behind(Console(env))
    found = env.check()
    assert {(resource, change["action"]) for resource, change in found.items()} == {(one, "orphan") for one in strays}
    env.apply()
    assert set(env.check()) == strays
    env.apply("-e", "prune=true")
    assert env.check() == {} and unexplained(before, env.state(), "") == []


def test_what_cannot_be_read_any_more_is_named(env: Inside) -> None:
    """A key that has lost its name is one of them, and no second one is made."""
    console = Console(env)
    keys = console.kms.list_keys()["Keys"]
    console.ec2.modify_vpc_attribute(VpcId=console.vpc(), EnableDnsHostnames={"Value": False})
    console.kms.delete_alias(AliasName=f"alias/{PREFIX}")
    console.logs.delete_retention_policy(logGroupName="/echodiary/production/app")
    steps = divided(env, SILENT, lambda _, step: step == "logs:PutRetentionPolicy", as_before(env, again=False))
    assert len(steps.told) == 1 and steps.wrong == []
    assert env.check() == {} and console.kms.list_keys()["Keys"] == keys


def go_unheard(env: Inside, *operations: str) -> None:
    """The first of each is done, and its answer is lost."""
    for operation in operations:
        env.aws.fault(**UNHEARD["unheard"], operation=operation)


def twins(env: Inside) -> list[tuple[str, str]]:
    """Sort and name of what is there twice, as long as nothing was removed: tags stay behind."""
    state = env.state()
    of_ec2 = [(identity.partition("-")[0], its.get("Name")) for identity, its in state["ec2"][REGION]["tags"].items()]
    of_kms = [("key", its.get("Name")) for its in state["kms"][REGION]["tagger"]["tags"].values()]
    return sorted(pair for pair, count in Counter(of_ec2 + of_kms).items() if count > 1)


def running(env: Inside) -> list[Any]:
    filters = [{"Name": "instance-state-name", "Values": ["running"]}]
    found = env.client("ec2").describe_instances(Filters=filters)["Reservations"]
    return [one for reservation in found for one in reservation["Instances"]]
