# SPDX-License-Identifier: GPL-3.0-or-later
"""What people take away in the console, and what they leave there that bears an environment's tags."""

from __future__ import annotations

import json

from tests.integration.account.environment import PREFIX
from tests.integration.account.hands import BUCKET, BUDGET, EVERYTHING, PROVIDER, SECRET, TOPIC, WATCHED, Console

#: resource -> what a check says of it once all is taken away, in this order
LOST = {
    f"secret:{SECRET}": "update",
    f"key:{PREFIX}": "update",
    "instance:app1": "update",
    "instance:mon1": "create",
    f"address:{PREFIX}-mon1": "create",
    f"profile:{PREFIX}-monitoring": "create",
    f"role:{PREFIX}-github-deploy": "create",
    "identity_provider:token.actions.githubusercontent.com": "create",
    f"lease_table:{PREFIX}-lease": "create",
    "log_group:/echodiary/production/app": "create",
    # with their group
    **{f"metric_filter:{name}-app": "create" for name in ("Requests", "ServerErrors", "HealthChecksFailed")},
    f"topic:{PREFIX}-alarms": "create",
    # with their topic
    "subscription:ops@example.com": "create",
    f"alarm:{WATCHED}/app-errors": "create",
    f"dashboard:{PREFIX}": "create",
    f"budget:{PREFIX}": "create",
    "registry:echodiary": "create",
    f"bucket:{BUCKET}": "create",
    f"endpoint:{PREFIX}-s3": "create",
    f"route_table:{PREFIX}-private": "create",
    f"subnet:{PREFIX}-private-c": "create",
    f"security_group:{PREFIX}-monitoring": "create",
}
TRUSTED = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
TAGS = {"Project": "echodiary", "Environment": "production", "ManagedBy": "echodiary.infra"}


def take_away(c: Console) -> None:
    c.secrets.delete_secret(SecretId=SECRET, RecoveryWindowInDays=7)
    c.kms.schedule_key_deletion(KeyId=c.key(), PendingWindowInDays=7)
    c.ec2.delete_tags(Resources=[c.instance("app1")], Tags=[{"Key": "Name"}])
    _host(c)
    _identities(c)
    c.tables.update_table(TableName=f"{PREFIX}-lease", DeletionProtectionEnabled=False)
    c.tables.delete_table(TableName=f"{PREFIX}-lease")
    c.logs.delete_log_group(logGroupName="/echodiary/production/app")
    c.topics.delete_topic(TopicArn=TOPIC)
    c.watch.delete_alarms(AlarmNames=[f"{WATCHED}/app-errors"])
    c.watch.delete_dashboards(DashboardNames=[PREFIX])
    c.budgets.delete_budget(**BUDGET)
    c.ecr.delete_repository(repositoryName="echodiary", force=True)
    c.s3.delete_bucket(Bucket=BUCKET)
    _network(c)


def _host(c: Console) -> None:
    host, address = c.instance("mon1"), c.ec2.describe_addresses()["Addresses"][0]
    c.ec2.disassociate_address(AssociationId=address["AssociationId"])
    c.ec2.release_address(AllocationId=address["AllocationId"])
    c.ec2.modify_instance_attribute(InstanceId=host, DisableApiTermination={"Value": False})
    c.ec2.terminate_instances(InstanceIds=[host])


def _identities(c: Console) -> None:
    name = f"{PREFIX}-monitoring"
    c.iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    c.iam.delete_instance_profile(InstanceProfileName=name)
    c.iam.delete_role_policy(RoleName=f"{PREFIX}-github-deploy", PolicyName="echodiary")
    c.iam.delete_role(RoleName=f"{PREFIX}-github-deploy")
    c.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)


def _network(c: Console) -> None:
    c.ec2.delete_vpc_endpoints(VpcEndpointIds=[c.endpoint()])
    for zone in ("a", "c"):
        c.leave("private", c.subnet(f"private-{zone}"))
    c.ec2.delete_route_table(RouteTableId=c.table("private"))
    c.ec2.delete_subnet(SubnetId=c.subnet("private-c"))
    gone = c.group(f"{PREFIX}-monitoring")
    for name in (f"{PREFIX}-app", f"{PREFIX}-monitoring"):
        c.nothing_in(name)
    c.ec2.delete_security_group(GroupId=gone)


def leave_behind(c: Console) -> set[str]:
    """What a check has to find."""
    tags = [{"Key": key, "Value": value} for key, value in {**TAGS, "Name": "stray"}.items()]
    made = {kind: [{"ResourceType": kind, "Tags": tags}] for kind in ("subnet", "route-table", "security-group", "elastic-ip")}
    c.ec2.create_subnet(VpcId=c.vpc(), CidrBlock="10.20.240.0/24", TagSpecifications=made["subnet"])
    c.ec2.create_route_table(VpcId=c.vpc(), TagSpecifications=made["route-table"])
    group = {"GroupName": "stray", "Description": "stray", "VpcId": c.vpc()}
    c.ec2.create_security_group(**group, TagSpecifications=made["security-group"])
    c.ec2.allocate_address(Domain="vpc", TagSpecifications=made["elastic-ip"])
    c.iam.create_role(
        RoleName=f"{PREFIX}-stray", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [TRUSTED]}), Tags=tags
    )
    c.iam.put_role_policy(RoleName=f"{PREFIX}-stray", PolicyName="more", PolicyDocument=json.dumps(EVERYTHING))
    c.iam.create_instance_profile(InstanceProfileName=f"{PREFIX}-stray", Tags=tags)
    iam = {f"{kind}:{PREFIX}-stray" for kind in ("role", "profile")}
    return {"subnet:stray", "route_table:stray", "security_group:stray", "address:stray", *iam, *_watching(c)}


def _watching(c: Console) -> set[str]:
    told = [{"metricName": "Stray", "metricNamespace": WATCHED, "metricValue": "1"}]
    group = "/echodiary/production/app"
    c.logs.put_metric_filter(logGroupName=group, filterName="Stray", filterPattern="stray", metricTransformations=told)
    looks = {"Namespace": WATCHED, "MetricName": "Stray", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0}
    c.watch.put_metric_alarm(AlarmName=f"{WATCHED}/stray", ComparisonOperator="GreaterThanThreshold", **looks)
    return {"metric_filter:Stray", f"alarm:{WATCHED}/stray"}
