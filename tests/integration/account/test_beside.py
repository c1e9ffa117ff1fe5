# SPDX-License-Identifier: GPL-3.0-or-later
"""What was there before, and what stands beside: an account that people made, and a second environment in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.account.environment import DECLARED, PREFIX, plan_of
from tests.integration.account.hands import BUCKET, SECRET, Console
from tests.integration.account.inside import Inside, inside
from tests.integration.account.whole import whole

pytestmark = pytest.mark.integration
#: that nobody gives who makes it by hand
OURS = ("ManagedBy", "Environment", "Project")
#: as inventories/production/README.md asks for them
ASKED_FOR = {"Project": "echodiary", "Environment": "production"}


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("beside")) as env:
        env.declare(**whole(env))
        env.apply()
        yield env


def made_by_hand(env: Inside) -> None:
    """Names, and on hosts the tags that the inventory asks for: nothing else says whose it is."""
    c = Console(env)
    every = [one["ResourceId"] for one in c.ec2.describe_tags()["Tags"] if one["Key"] == "ManagedBy"]
    c.ec2.delete_tags(Resources=every, Tags=[{"Key": key} for key in OURS])
    c.tag(c.instance("app1"), **ASKED_FOR)
    keys = list(OURS)
    for role in [one["RoleName"] for one in c.iam.list_roles()["Roles"] if one["RoleName"].startswith(PREFIX)]:
        c.iam.untag_role(RoleName=role, TagKeys=keys)
    c.iam.untag_instance_profile(InstanceProfileName=f"{PREFIX}-app", TagKeys=keys)
    c.s3.delete_bucket_tagging(Bucket=BUCKET)
    c.secrets.untag_resource(SecretId=SECRET, TagKeys=keys)
    _stores(env)
    _front(env)


def _front(env: Inside) -> None:
    elb, acm, keys = env.client("elbv2"), env.client("acm"), list(OURS)
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    arns = [balancer["LoadBalancerArn"], *(one["TargetGroupArn"] for one in elb.describe_target_groups()["TargetGroups"])]
    arns += [one["ListenerArn"] for one in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]]
    elb.remove_tags(ResourceArns=arns, TagKeys=keys)
    (certificate,) = acm.list_certificates()["CertificateSummaryList"]
    acm.remove_tags_from_certificate(CertificateArn=certificate["CertificateArn"], Tags=[{"Key": key} for key in keys])


def _stores(env: Inside) -> None:
    rds, cache = env.client("rds"), env.client("elasticache")
    database = rds.describe_db_instances()["DBInstances"][0]
    group = database["DBParameterGroups"][0]["DBParameterGroupName"]
    arns = [
        database["DBInstanceArn"],
        rds.describe_db_parameter_groups(DBParameterGroupName=group)["DBParameterGroups"][0]["DBParameterGroupArn"],
    ]
    arns += [one["DBSubnetGroupArn"] for one in rds.describe_db_subnet_groups()["DBSubnetGroups"]]
    for arn in arns:
        rds.remove_tags_from_resource(ResourceName=arn, TagKeys=list(OURS))
    for one in (*cache.describe_replication_groups()["ReplicationGroups"], *cache.describe_cache_subnet_groups()["CacheSubnetGroups"]):
        if PREFIX in one["ARN"]:
            cache.remove_tags_from_resource(ResourceName=one["ARN"], TagKeys=list(OURS))


def test_what_people_made_gets_its_tags_and_nothing_else(env: Inside) -> None:
    secret = env.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    made_by_hand(env)
    found = env.check()
    assert len(found) >= 20
    assert {(change["action"], *change["fields"]) for change in found.values()} == {("update", "tags")}
    env.apply()
    assert env.check() == {} and env.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"] == secret


def test_two_environments_of_an_account_leave_each_other_alone(env: Inside) -> None:
    other: dict[str, Any] = {**whole(env), "network": {"cidr": "10.21.0.0/16", "zones": ["a", "c"]}, "images": None}
    host = DECLARED["hosts"]["app1"]
    # production is the one that looks: what staging made is none of its business, and the other way round
    front = {**other["balancer"], "domain": "staging.example.com"}
    env.declare(**{**other, "hosts": {"staging-app1": host}, "database": None, "balancer": front})
    made = env.run("-e", "echodiary_environment=staging")
    assert made.code == 0, made.output
    assert plan_of(env.run("--check", "-e", "echodiary_environment=staging")) == {}
    env.declare(**whole(env))
    assert env.check() == {}
