# SPDX-License-Identifier: GPL-3.0-or-later
"""The command and the playbook over an account of the imitation, beside hosts that answer from a file.

What is seen of an account, hand by hand, is judged in tests/integration/account; here it is told and put right.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gitops import exits
from lab.strict.server import Server
from tests.integration.account.environment import ACCOUNT
from tests.integration.gitops.account import PREFIX, WithAccount
from tests.integration.gitops.test_watch import Watcher, Webhook

pytestmark = [pytest.mark.integration, pytest.mark.full]
DRIFT = {"drift": "file:/etc/web"}
#: where nobody answers
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WithAccount]:
    with Server() as aws:
        checkout = WithAccount(tmp_path_factory.mktemp("account"), aws)
        checkout.provision()
        yield checkout


@pytest.fixture
def checkout(whole: WithAccount) -> Iterator[WithAccount]:
    whole.url = whole.aws.url
    whole.policy(modes={"default": "heal"}, remote="")
    whole.be(app1={"web": {}}, mon1={"prometheus": {}})
    yield whole
    whole.url = whole.aws.url
    whole.aws.no_faults()
    whole.declare()
    whole.provision()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()
    yield hook
    hook.server.shutdown()


class Hand(NamedTuple):
    """``does``: in the console; ``resource``: in which it is seen; ``event``: a pattern of what CloudTrail calls it."""

    does: Callable[[WithAccount], Any]
    resource: str
    event: str


def _vpc(its: WithAccount) -> str:
    filters = [{"Name": "tag:Name", "Values": [PREFIX]}]
    return str(its.client("ec2").describe_vpcs(Filters=filters)["Vpcs"][0]["VpcId"])


def _subnet(its: WithAccount) -> str:
    filters = [{"Name": "tag:Name", "Values": [f"{PREFIX}-public-a"]}]
    return str(its.client("ec2").describe_subnets(Filters=filters)["Subnets"][0]["SubnetId"])


def _instance(its: WithAccount) -> str:
    filters = [{"Name": "tag:Name", "Values": ["shop1"]}, {"Name": "instance-state-name", "Values": ["running", "stopped"]}]
    return str(its.client("ec2").describe_instances(Filters=filters)["Reservations"][0]["Instances"][0]["InstanceId"])


def _key(its: WithAccount) -> str:
    aliases = its.client("kms").list_aliases()["Aliases"]
    return str(next(one["TargetKeyId"] for one in aliases if one["AliasName"] == f"alias/{PREFIX}"))


_LOGS, _BUCKET, _ROLE = "/echodiary/test/shop", f"{PREFIX}-backups-{ACCOUNT}", f"{PREFIX}-shop"
_ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
HANDS = [
    Hand(WithAccount.open_ssh, f"packets:{PREFIX}-shop", "AuthorizeSecurityGroupIngress"),
    Hand(
        lambda its: its.client("ec2").modify_vpc_attribute(VpcId=_vpc(its), EnableDnsHostnames={"Value": False}),
        f"vpc:{PREFIX}",
        "ModifyVpcAttribute",
    ),
    Hand(
        lambda its: its.client("ec2").modify_subnet_attribute(SubnetId=_subnet(its), MapPublicIpOnLaunch={"Value": False}),
        f"subnet:{PREFIX}-public-a",
        "ModifySubnetAttribute",
    ),
    Hand(
        lambda its: its.client("ec2").modify_instance_metadata_options(InstanceId=_instance(its), HttpTokens="optional"),
        "instance:shop1",
        "ModifyInstanceMetadataOptions",
    ),
    Hand(lambda its: its.client("logs").delete_retention_policy(logGroupName=_LOGS), f"log_group:{_LOGS}", "DeleteRetentionPolicy"),
    Hand(lambda its: its.client("s3").delete_public_access_block(Bucket=_BUCKET), f"bucket:{_BUCKET}", "Delete(Bucket)?PublicAccessBlock"),
    Hand(lambda its: its.client("iam").attach_role_policy(RoleName=_ROLE, PolicyArn=_ADMIN), f"role:{_ROLE}", "AttachRolePolicy"),
    Hand(lambda its: its.client("kms").disable_key_rotation(KeyId=_key(its)), f"key:{PREFIX}", "DisableKeyRotation"),
    Hand(
        lambda its: its.client("secretsmanager").update_secret(SecretId="echodiary/test/app", Description="mine"),
        "secret:echodiary/test/app",
        "UpdateSecret",
    ),
]


def test_hands_are_told_with_whose_they_were_and_put_right(checkout: WithAccount) -> None:
    for hand in HANDS:
        hand.does(checkout)
    done = checkout.gitops("status")
    assert done.returncode == exits.OUT_OF_SYNC, done.stdout + done.stderr
    told = {one["resource"]: one for one in checkout.told()["resources"]}
    assert told.keys() == {hand.resource for hand in HANDS}
    assert {one["origin"] for one in told.values()} == {"corrective"}
    for hand in HANDS:
        assert re.fullmatch(rf"ann, \S+ \S+ \({hand.event}\)", told[hand.resource]["host"]["by"]), told[hand.resource]
    assert "changed in the account; by ann" in done.stdout
    forms = (
        ("report.md", "changed in the account; by ann"),
        ("drift.prom", 'dest_server="aws"'),
        ("index.html", "(AuthorizeSecurityGroupIngress)"),
    )
    for name, form in forms:
        assert form in (checkout.root / ".drift/test" / name).read_text(encoding="utf-8"), name
    healed = checkout.gitops("sync", "--limit", "aws")
    assert healed.returncode == exits.GOOD and not checkout.is_open()


def test_a_plan_binds_and_says_what_it_costs(checkout: WithAccount) -> None:
    checkout.open_ssh()
    made = json.loads(checkout.gitops("-o", "json", "plan", "--limit", "aws").stdout)
    assert made["targets"] == {"aws": ["account"]} and made["notes"][0].startswith("cost: ")
    printed = checkout.gitops("plan", "--limit", "aws").stdout
    command = re.search(r"next: python -m gitops (sync --plan \w+ --limit aws)", printed)
    assert command and command[1].split()[2] == made["id"]
    checkout.client("logs").delete_retention_policy(logGroupName=_LOGS)
    assert checkout.gitops(*command[1].split()).returncode == exits.BLOCKED and checkout.is_open()
    again = json.loads(checkout.gitops("-o", "json", "plan", "--limit", "aws").stdout)
    assert checkout.gitops("sync", "--plan", again["id"], "--limit", "aws").returncode == exits.GOOD and not checkout.is_open()


def test_a_sync_that_nobody_meant_for_it_leaves_it_and_does_the_hosts(checkout: WithAccount) -> None:
    checkout.open_ssh()
    checkout.be(app1={"web": DRIFT})
    done = checkout.gitops("sync")
    assert "left as it is: aws account: nobody asked for it by name" in done.stderr
    assert checkout.applied()[-1:] == ["app1/web"] and checkout.is_open()
    assert checkout.gitops("sync").returncode == exits.BLOCKED


def test_where_the_account_fails_its_hosts_are_left(checkout: WithAccount) -> None:
    checkout.open_ssh()
    checkout.be(app1={"web": DRIFT})
    before = checkout.applied()
    checkout.aws.fault(kind="error", code="Nope", status=400, operation="ec2:RevokeSecurityGroupIngress")
    done = checkout.gitops("sync", "--limit", "aws,app1")
    checkout.aws.no_faults()
    assert done.returncode == exits.ROLLED_BACK and checkout.is_open()
    assert checkout.applied() == before and "the account they stand on" in done.stderr


def test_a_watcher_tells_and_heals_where_the_policy_says_so(checkout: WithAccount, webhook: Webhook) -> None:
    watcher = Watcher(checkout, webhook)
    checkout.open_ssh()
    assert watcher.round() == exits.OUT_OF_SYNC and checkout.is_open()
    assert webhook.events() == ["aws/account on-drift"]
    watcher = Watcher(checkout, webhook, modes={"default": "heal", "components": {"account": "heal"}})
    assert watcher.round() == exits.GOOD and not checkout.is_open()
    assert "aws/account on-healed" in webhook.events()
    assert "app_info{" in (text := (checkout.root / ".drift/test/drift.prom").read_text()) and 'name="account"' in text


def test_an_account_that_does_not_answer_is_unknown_and_the_hosts_are_as_they_are(checkout: WithAccount) -> None:
    checkout.url = NOWHERE
    checkout.be(app1={"web": DRIFT}, mon1={"prometheus": {}})
    done = checkout.gitops("status")
    assert done.returncode == exits.UNKNOWN and checkout.told()["sync"] == "Unknown"
    assert "could not be asked" in checkout.told()["msg"]
    hosts = {one["name"]: one["sync"] for one in checkout.report()["hosts"]}
    assert hosts == {"aws": "Unknown", "app1": "OutOfSync", "mon1": "Synced"}


def test_a_right_that_is_missing_is_unknown_and_named(checkout: WithAccount) -> None:
    checkout.aws.fault(kind="error", code="UnauthorizedOperation", status=403, operation="ec2:DescribeSubnets")
    done = checkout.gitops("status", "--limit", "aws")
    assert done.returncode == exits.UNKNOWN and "ec2:DescribeSubnets" in checkout.told()["msg"]


def test_a_limit_that_does_not_name_it_leaves_it_out(checkout: WithAccount) -> None:
    checkout.aws.forget()
    assert checkout.gitops("status", "--limit", "app1").returncode == exits.GOOD
    assert [one["name"] for one in checkout.report()["hosts"]] == ["app1"] and checkout.aws.calls() == []
    assert checkout.gitops("status", "--limit", "aws,mon1").returncode == exits.GOOD
    assert [one["name"] for one in checkout.report()["hosts"]] == ["aws", "mon1"]


def test_where_none_is_declared_nothing_is_asked_and_nothing_told(checkout: WithAccount) -> None:
    checkout.declared = {}
    checkout.inventory()
    checkout.aws.forget()
    done = checkout.gitops("status")
    assert done.returncode == exits.GOOD and done.stdout.startswith("test: Synced Healthy · 2 hosts · commit ")
    assert checkout.aws.calls() == [] and "aws" not in (checkout.root / ".drift/test/report.json").read_text()
    none = checkout.gitops("status", "--limit", "aws")
    assert none.returncode == exits.ERROR and "where aws_environment declares one" in none.stderr


def test_a_declaration_that_cannot_be_is_unknown_with_what_is_wrong(checkout: WithAccount) -> None:
    checkout.declare(hosts={})
    done = checkout.gitops("status")
    assert done.returncode == exits.UNKNOWN and "hosts" in checkout.told()["msg"]


def playbook(checkout: WithAccount, name: str) -> subprocess.CompletedProcess[str]:
    program, inventory = Path(sys.executable).with_name("ansible-playbook"), checkout.world.with_name("inventory")
    command = [str(program), f"playbooks/{name}.yml", "-i", str(inventory)]
    return subprocess.run(command, cwd=checkout.root, capture_output=True, text=True, timeout=120, check=False)


def test_the_playbook_tells_of_hosts_and_account(checkout: WithAccount) -> None:
    checkout.open_ssh()
    checkout.be(app1={"web": DRIFT})
    done = playbook(checkout, "drift")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^aws +account +update packets .*changed in the account; by ann", done.stdout, re.MULTILINE)
    assert re.search(r"^app1 +web +update file /etc/web", done.stdout, re.MULTILINE)


def test_the_playbook_of_the_account_asks_no_host(checkout: WithAccount) -> None:
    checkout.open_ssh()
    checkout.world.with_name("asked").unlink(missing_ok=True)
    done = playbook(checkout, "drift_account")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [one["name"] for one in checkout.report()["hosts"]] == ["aws"] and checkout.told()["sync"] == "OutOfSync"
    assert not checkout.world.with_name("asked").exists()


def test_the_playbook_ends_with_4_where_the_account_is_unknown(checkout: WithAccount) -> None:
    checkout.url = NOWHERE
    checkout.inventory()
    done = playbook(checkout, "drift")
    assert done.returncode == exits.UNKNOWN and "? aws: " in done.stdout
    assert [one["name"] for one in checkout.report()["hosts"] if one["sync"] == "Synced"] == ["app1", "mon1"]
