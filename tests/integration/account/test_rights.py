# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights of docs/aws are enough, and who lacks one of them is told which.

The imitation judges by action alone, as moto does: nothing here says anything of ``Resource`` and ``Condition``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import catalog

from tests.integration.account.environment import LOGIN, PREFIX
from tests.integration.account.inside import Inside, inside
from tests.integration.account.whole import whole
from tests.integration.local_play import ROOT

pytestmark = pytest.mark.integration
FILES = ROOT / "docs/aws"


def actions(name: str) -> list[str]:
    """Of a file that people give to a role."""
    document = json.loads((FILES / f"rights-{name}.json").read_text(encoding="utf-8"))
    return sorted({right for statement in document["Statement"] for right in statement["Action"]})


#: right to what the imitation asks for beside it, by the operation's name
ASKED = {
    "s3:ListBucket": ["s3:HeadBucket"],
    "s3:GetBucketPublicAccessBlock": ["s3:ListBucket"],
    "budgets:ViewBudget": ["budgets:Describe*"],
    "budgets:ModifyBudget": ["budgets:Create*", "budgets:Update*", "budgets:Delete*"],
}
READS, WRITES = actions("read"), actions("provision")
#: asked only where something is missing: a key that has its alias is known by it, an image is chosen for an instance that is made, and a
#: zone is looked for where nobody declares it any more
WHERE_MISSING = {"kms:ListKeys", "ssm:GetParameter", "route53:ListHostedZones"}
#: what a check cannot do without; the files have what further steps of the playbook need
CHECKED = sorted({right for kind in catalog.KINDS for right in kind.READS} - WHERE_MISSING)


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("rights")) as env:
        env.declare(**whole(env), watcher={"role": "app"})
        env.client("iam").create_user(UserName="somebody")
        yield env


@contextmanager
def somebody(env: Inside, rights: Collection[str]) -> Iterator[None]:
    """Who has these rights, and no others."""
    iam = env.client("iam")
    beside = {one for right in rights for one in (*ASKED.get(right, ()), right.replace("cloudwatch:", "monitoring:"))}
    asked = sorted({*rights, *beside})
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": asked, "Resource": "*"}]}
    iam.put_user_policy(UserName="somebody", PolicyName="rights", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="somebody")["AccessKey"]
    env.aws.settings(enforce_iam=True)
    try:
        with mock.patch.dict(LOGIN, AWS_ACCESS_KEY_ID=key["AccessKeyId"], AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"]):
            yield
    finally:
        env.aws.settings(enforce_iam=False)
        iam.delete_access_key(UserName="somebody", AccessKeyId=key["AccessKeyId"])


def test_the_rights_of_the_kinds_are_enough_to_provision(env: Inside) -> None:
    with somebody(env, [*READS, *WRITES]):
        env.apply()
        assert env.check() == {}


@pytest.mark.parametrize("who", ["whoever reads", "a watcher on a host"])
def test_who_may_read_can_check_and_nothing_else(env: Inside, who: str) -> None:
    its = READS if who == "whoever reads" else allowed(env, f"{PREFIX}-app")
    env.client("logs").delete_retention_policy(logGroupName="/echodiary/production/app")
    before = but_who(env.state())
    with somebody(env, its):
        assert set(env.check()) == {"log_group:/echodiary/production/app"}
        played = env.run()
    assert played.code and "logs:PutRetentionPolicy" in played.output and but_who(env.state()) == before
    env.apply()


@pytest.mark.parametrize(
    "right",
    [one if number % 20 == 0 else pytest.param(one, marks=pytest.mark.full) for number, one in enumerate(CHECKED)],
)
def test_a_right_that_is_missing_names_itself(env: Inside, right: str) -> None:
    with somebody(env, set(READS) - {right}):
        played = env.run("--check")
    assert played.code == 4 and right in played.output and "to create" not in played.output


def test_a_right_to_write_that_is_missing_names_itself_and_is_taken_back(env: Inside) -> None:
    opened = [{"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "IpRanges": [{"CidrIp": "198.51.100.0/24"}]}]
    env.client("ec2").authorize_security_group_ingress(GroupId=group(env), IpPermissions=opened)
    env.client("logs").delete_retention_policy(logGroupName="/echodiary/production/app")
    before = but_who(env.state())
    with somebody(env, {*READS, *WRITES} - {"logs:PutRetentionPolicy"}):
        played = env.run()
    assert played.code and "grant logs:PutRetentionPolicy" in played.output and but_who(env.state()) == before
    env.apply()


def allowed(env: Inside, role: str) -> set[str]:
    """What the role's own policies allow in the account."""
    iam = env.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    return {action for document in documents for statement in document["Statement"] for action in statement["Action"]}


def but_who(state: dict[str, Any]) -> dict[str, Any]:
    """Who asks has a key, and when it was used is written down."""
    return {service: held for service, held in state.items() if service != "iam"}


def group(env: Inside) -> str:
    found = env.client("ec2").describe_security_groups(Filters=[{"Name": "group-name", "Values": [f"{PREFIX}-app"]}])
    return str(found["SecurityGroups"][0]["GroupId"])
