# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do to an account in the console: each with the fields in which a check has to see it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.integration.account.environment import ACCOUNT, PREFIX, REGION, Environment

BUCKET = f"{PREFIX}-backups-{ACCOUNT}"
SECRET = "echodiary/production/app"
WATCHED, TOPIC = "echodiary/production", f"arn:aws:sns:{REGION}:{ACCOUNT}:{PREFIX}-alarms"
BUDGET = {"AccountId": ACCOUNT, "BudgetName": PREFIX}
WORLD = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class Hand(NamedTuple):
    """``seen``: resource and fields."""

    does: Callable[[Console], None]
    resource: str
    fields: tuple[str, ...]


HANDS: list[Hand] = []
Does = Callable[["Console"], None]


def hand(resource: str, *fields: str) -> Callable[[Does], Does]:
    """The next function is one."""

    def known(does: Does) -> Does:
        HANDS.append(Hand(does, resource, fields))
        return does

    return known


class Console:
    """Somebody who is logged in."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        names = ("ec2", "iam", "s3", "ecr", "logs", "kms", "secretsmanager", "dynamodb")
        self.ec2, self.iam, self.s3, self.ecr, self.logs, self.kms, self.secrets, self.tables = map(env.client, names)
        self.watch, self.topics, self.budgets = map(env.client, ("cloudwatch", "sns", "budgets"))

    def vpc(self) -> str:
        return self._named(self.ec2.describe_vpcs()["Vpcs"], PREFIX)["VpcId"]

    def subnet(self, name: str) -> str:
        return self._named(self.ec2.describe_subnets()["Subnets"], f"{PREFIX}-{name}")["SubnetId"]

    def table(self, name: str) -> str:
        return self._named(self.ec2.describe_route_tables()["RouteTables"], f"{PREFIX}-{name}")["RouteTableId"]

    def gateway(self) -> str:
        return self._named(self.ec2.describe_internet_gateways()["InternetGateways"], PREFIX)["InternetGatewayId"]

    def endpoint(self) -> str:
        return str(self.ec2.describe_vpc_endpoints()["VpcEndpoints"][0]["VpcEndpointId"])

    def group(self, name: str) -> str:
        filters = [{"Name": "vpc-id", "Values": [self.vpc()]}, {"Name": "group-name", "Values": [name]}]
        return str(self.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])

    def instance(self, name: str) -> str:
        found = self.ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": [name]}])["Reservations"]
        return str(found[0]["Instances"][0]["InstanceId"])

    def disk(self, name: str) -> str:
        found = self.ec2.describe_instances(InstanceIds=[self.instance(name)])["Reservations"][0]["Instances"][0]
        return str(found["BlockDeviceMappings"][0]["Ebs"]["VolumeId"])

    def association(self) -> str:
        return str(self.ec2.describe_addresses()["Addresses"][0]["AssociationId"])

    def key(self) -> str:
        aliases = self.kms.list_aliases()["Aliases"]
        return str(next(one["TargetKeyId"] for one in aliases if one["AliasName"] == f"alias/{PREFIX}"))

    def tag(self, identity: str, **tags: str) -> None:
        self.ec2.create_tags(Resources=[identity], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])

    def allow(self, group: str, protocol: str, port: int, network: str) -> None:
        ports = {} if protocol == "-1" else {"FromPort": port, "ToPort": port}
        self.ec2.authorize_security_group_ingress(
            GroupId=self.group(group), IpPermissions=[{"IpProtocol": protocol, **ports, "IpRanges": [{"CidrIp": network}]}]
        )

    def resize(self, name: str, kind: str) -> None:
        identity = [self.instance(name)]
        self.ec2.stop_instances(InstanceIds=identity)
        self.ec2.modify_instance_attribute(InstanceId=identity[0], InstanceType={"Value": kind})
        self.ec2.start_instances(InstanceIds=identity)

    def leave(self, table: str, subnet: str) -> None:
        """A subnet that is of no table goes where the main one leads."""
        found = self.ec2.describe_route_tables(RouteTableIds=[self.table(table)])["RouteTables"][0]["Associations"]
        self.ec2.disassociate_route_table(
            AssociationId=next(one["RouteTableAssociationId"] for one in found if one.get("SubnetId") == subnet)
        )

    def nothing_in(self, group: str) -> None:
        found = self.ec2.describe_security_groups(GroupIds=[self.group(group)])["SecurityGroups"][0]
        self.ec2.revoke_security_group_ingress(GroupId=found["GroupId"], IpPermissions=found["IpPermissions"])

    def reprofile(self, name: str, profile: str) -> None:
        has = self.ec2.describe_iam_instance_profile_associations(Filters=[{"Name": "instance-id", "Values": [self.instance(name)]}])
        association = has["IamInstanceProfileAssociations"][0]["AssociationId"]
        self.ec2.replace_iam_instance_profile_association(AssociationId=association, IamInstanceProfile={"Name": profile})

    def alarm(self, name: str, **other: Any) -> None:
        """As it is, but for what is given; None takes it away."""
        found = self.watch.describe_alarms(AlarmNames=[f"{WATCHED}/{name}"])["MetricAlarms"][0]
        known = self.watch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
        kept = {key: value for key, value in {**found, **other}.items() if key in known and value not in (None, [])}
        self.watch.put_metric_alarm(**kept)

    def acl(self) -> str:
        return self._acl("default", "true")["NetworkAclId"]

    def shut_in(self, subnet: str) -> None:
        """In a list of its own, which lets nothing through."""
        made = self.ec2.create_network_acl(VpcId=self.vpc())["NetworkAcl"]["NetworkAclId"]
        places = self._acl("association.subnet-id", subnet)["Associations"]
        association = next(one["NetworkAclAssociationId"] for one in places if one["SubnetId"] == subnet)
        self.ec2.replace_network_acl_association(AssociationId=association, NetworkAclId=made)

    def puts_its_own_away(self) -> None:
        self.ec2.delete_network_acl(NetworkAclId=self._acl("default", "false")["NetworkAclId"])

    def _acl(self, name: str, value: str) -> Any:
        filters = [{"Name": "vpc-id", "Values": [self.vpc()]}, {"Name": name, "Values": [value]}]
        return self.ec2.describe_network_acls(Filters=filters)["NetworkAcls"][0]

    @staticmethod
    def _named(found: list[Any], name: str) -> Any:
        return next(one for one in found if {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}.get("Name") == name)


PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
#: somebody else's account
ANOTHER = "210987654321"
FOR_ANOTHER = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ANOTHER}:root"}, "Action": "*", "Resource": "*"}],
}
TRUSTS_EVERY_REPOSITORY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": PROVIDER},
            "Action": "sts:AssumeRoleWithWebIdentity",
        }
    ],
}


@hand("account_defaults:ap-northeast-2", "disks_encrypted")
def disks_are_not_encrypted(c: Console) -> None:
    c.ec2.disable_ebs_encryption_by_default()


@hand(f"vpc:{PREFIX}", "dns_hostnames")
def dns_hostnames_off(c: Console) -> None:
    c.ec2.modify_vpc_attribute(VpcId=c.vpc(), EnableDnsHostnames={"Value": False})


@hand(f"vpc:{PREFIX}", "dns_support")
def dns_off(c: Console) -> None:
    c.ec2.modify_vpc_attribute(VpcId=c.vpc(), EnableDnsSupport={"Value": False})


@hand(f"vpc:{PREFIX}", "tags")
def network_without_its_environment(c: Console) -> None:
    c.ec2.delete_tags(Resources=[c.vpc()], Tags=[{"Key": "Environment"}])


@hand(f"gateway:{PREFIX}", "tags")
def gateway_of_another_project(c: Console) -> None:
    c.tag(c.gateway(), Project="another")


@hand(f"subnet:{PREFIX}-public-a", "public_addresses")
def no_public_addresses(c: Console) -> None:
    c.ec2.modify_subnet_attribute(SubnetId=c.subnet("public-a"), MapPublicIpOnLaunch={"Value": False})


@hand(f"subnet:{PREFIX}-private-c", "public_addresses")
def public_addresses_for_the_database(c: Console) -> None:
    c.ec2.modify_subnet_attribute(SubnetId=c.subnet("private-c"), MapPublicIpOnLaunch={"Value": True})


@hand(f"subnet:{PREFIX}-private-a", "tags")
def subnet_renamed(c: Console) -> None:
    c.tag(c.subnet("private-a"), Name="mine")


@hand(f"route_table:{PREFIX}-public", "routes")
def way_out_gone(c: Console) -> None:
    c.ec2.delete_route(RouteTableId=c.table("public"), DestinationCidrBlock="0.0.0.0/0")


@hand(f"route_table:{PREFIX}-private", "routes")
def way_out_for_the_database(c: Console) -> None:
    c.ec2.create_route(RouteTableId=c.table("private"), DestinationCidrBlock="0.0.0.0/0", GatewayId=c.gateway())


@hand(f"route_table:{PREFIX}-public", "subnets")
def subnet_without_its_table(c: Console) -> None:
    c.leave("public", c.subnet("public-c"))


@hand(f"endpoint:{PREFIX}-s3", "policy")
def endpoint_narrowed(c: Console) -> None:
    c.ec2.modify_vpc_endpoint(VpcEndpointId=c.endpoint(), PolicyDocument=json.dumps({"Version": "2008-10-17", "Statement": []}))


@hand(f"endpoint:{PREFIX}-s3", "route_tables")
def endpoint_out_of_reach(c: Console) -> None:
    c.ec2.modify_vpc_endpoint(VpcEndpointId=c.endpoint(), RemoveRouteTableIds=[c.table("private")])


@hand(f"security_group:{PREFIX}-app", "tags")
def group_without_a_name(c: Console) -> None:
    c.ec2.delete_tags(Resources=[c.group(f"{PREFIX}-app")], Tags=[{"Key": "Name"}])


@hand(f"packets:{PREFIX}-app", "in")
def ssh_open_to_the_world(c: Console) -> None:
    c.allow(f"{PREFIX}-app", "tcp", 22, "0.0.0.0/0")


@hand(f"packets:{PREFIX}-monitoring", "out")
def nothing_let_out(c: Console) -> None:
    c.ec2.revoke_security_group_egress(GroupId=c.group(f"{PREFIX}-monitoring"), IpPermissions=WORLD)


@hand(f"packets:{PREFIX}-monitoring", "in")
def nothing_let_in(c: Console) -> None:
    c.nothing_in(f"{PREFIX}-monitoring")


@hand("packets:default", "in")
def default_group_open(c: Console) -> None:
    c.allow("default", "-1", 0, "0.0.0.0/0")


@hand(f"key:{PREFIX}", "enabled")
def key_disabled(c: Console) -> None:
    c.kms.disable_key(KeyId=c.key())


@hand(f"key:{PREFIX}", "rotated")
def key_not_rotated(c: Console) -> None:
    c.kms.disable_key_rotation(KeyId=c.key())


@hand(f"key:{PREFIX}", "description")
def key_described_otherwise(c: Console) -> None:
    c.kms.update_key_description(KeyId=c.key(), Description="mine")


@hand(f"role:{PREFIX}-app", "managed")
def administrator(c: Console) -> None:
    c.iam.attach_role_policy(RoleName=f"{PREFIX}-app", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


@hand(f"role:{PREFIX}-app", "inline")
def second_policy(c: Console) -> None:
    c.iam.put_role_policy(RoleName=f"{PREFIX}-app", PolicyName="more", PolicyDocument=json.dumps(EVERYTHING))


@hand(f"role:{PREFIX}-monitoring", "inline")
def policy_rewritten(c: Console) -> None:
    c.iam.put_role_policy(RoleName=f"{PREFIX}-monitoring", PolicyName="echodiary", PolicyDocument=json.dumps(EVERYTHING))


@hand(f"role:{PREFIX}-github-deploy", "trust")
def every_repository_trusted(c: Console) -> None:
    c.iam.update_assume_role_policy(RoleName=f"{PREFIX}-github-deploy", PolicyDocument=json.dumps(TRUSTS_EVERY_REPOSITORY))


@hand(f"role:{PREFIX}-github-deploy", "session")
def twelve_hours(c: Console) -> None:
    c.iam.update_role(RoleName=f"{PREFIX}-github-deploy", MaxSessionDuration=43200)


@hand(f"role:{PREFIX}-monitoring", "tags")
def role_without_tags(c: Console) -> None:
    c.iam.untag_role(RoleName=f"{PREFIX}-monitoring", TagKeys=["Environment"])


@hand(f"profile:{PREFIX}-monitoring", "role")
def profile_without_its_role(c: Console) -> None:
    c.iam.remove_role_from_instance_profile(InstanceProfileName=f"{PREFIX}-monitoring", RoleName=f"{PREFIX}-monitoring")


@hand("log_group:/echodiary/production/app", "days")
def logs_for_ever(c: Console) -> None:
    c.logs.delete_retention_policy(logGroupName="/echodiary/production/app")


@hand("log_group:/echodiary/production/monitoring", "days")
def logs_for_a_day(c: Console) -> None:
    c.logs.put_retention_policy(logGroupName="/echodiary/production/monitoring", retentionInDays=1)


@hand("registry:echodiary", "scanned")
def images_not_scanned(c: Console) -> None:
    c.ecr.put_image_scanning_configuration(repositoryName="echodiary", imageScanningConfiguration={"scanOnPush": False})


@hand("registry:echodiary", "mutable_tags")
def every_tag_may_move(c: Console) -> None:
    c.ecr.put_image_tag_mutability(repositoryName="echodiary", imageTagMutability="MUTABLE")


@hand("registry:echodiary", "lifecycle")
def images_for_ever(c: Console) -> None:
    c.ecr.delete_lifecycle_policy(repositoryName="echodiary")


@hand(f"bucket:{BUCKET}", "public_access_blocked")
def bucket_may_be_public(c: Console) -> None:
    c.s3.delete_public_access_block(Bucket=BUCKET)


@hand(f"bucket:{BUCKET}", "lifecycle")
def backups_for_ever(c: Console) -> None:
    c.s3.delete_bucket_lifecycle(Bucket=BUCKET)


@hand(f"bucket:{BUCKET}", "policy")
def bucket_without_tls(c: Console) -> None:
    c.s3.delete_bucket_policy(Bucket=BUCKET)


@hand(f"bucket:{BUCKET}", "versions")
def no_more_versions(c: Console) -> None:
    c.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})


@hand(f"bucket:{BUCKET}", "owner")
def others_own_objects(c: Console) -> None:
    c.s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})


@hand(f"secret:{SECRET}", "tags")
def secret_of_nobody(c: Console) -> None:
    c.secrets.untag_resource(SecretId=SECRET, TagKeys=["Project"])


@hand(f"secret:{SECRET}", "description")
def secret_described_otherwise(c: Console) -> None:
    c.secrets.update_secret(SecretId=SECRET, Description="mine")


@hand("instance:app1", "metadata_tokens")
def metadata_for_everybody(c: Console) -> None:
    c.ec2.modify_instance_metadata_options(InstanceId=c.instance("app1"), HttpTokens="optional")


@hand("instance:app1", "metadata_hops")
def metadata_for_containers(c: Console) -> None:
    c.ec2.modify_instance_metadata_options(InstanceId=c.instance("app1"), HttpPutResponseHopLimit=2)


@hand("instance:app1", "type")
def bigger(c: Console) -> None:
    c.resize("app1", "t4g.large")


@hand("instance:mon1", "groups")
def host_in_another_group(c: Console) -> None:
    c.ec2.modify_instance_attribute(InstanceId=c.instance("mon1"), Groups=[c.group(f"{PREFIX}-app")])


@hand("instance:mon1", "protected")
def host_not_protected(c: Console) -> None:
    c.ec2.modify_instance_attribute(InstanceId=c.instance("mon1"), DisableApiTermination={"Value": False})


@hand("instance:mon1", "running")
def host_stopped(c: Console) -> None:
    c.ec2.stop_instances(InstanceIds=[c.instance("mon1")])


@hand("instance:app1", "tags")
def host_of_another_role(c: Console) -> None:
    c.tag(c.instance("app1"), Role="monitoring")


@hand("instance:app1", "profile")
def host_with_another_profile(c: Console) -> None:
    c.reprofile("app1", f"{PREFIX}-monitoring")


@hand(f"address:{PREFIX}-mon1", "instance")
def address_unused(c: Console) -> None:
    c.ec2.disassociate_address(AssociationId=c.association())


@hand("identity_provider:token.actions.githubusercontent.com", "audiences")
def another_audience(c: Console) -> None:
    c.iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER, ClientID="another")


@hand("instance:app1", "disk_type")
def older_disk(c: Console) -> None:
    c.ec2.modify_volume(VolumeId=c.disk("app1"), VolumeType="gp2")


@hand(f"bucket:{BUCKET}", "encryption")
def bucket_with_a_key(c: Console) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    c.s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})


@hand("registry:echodiary", "tags")
def registry_of_another_project(c: Console) -> None:
    arn = c.ecr.describe_repositories(repositoryNames=["echodiary"])["repositories"][0]["repositoryArn"]
    c.ecr.untag_resource(resourceArn=arn, tagKeys=["Environment"])


@hand(f"address:{PREFIX}-mon1", "tags")
def address_without_its_environment(c: Console) -> None:
    c.ec2.delete_tags(Resources=[c.ec2.describe_addresses()["Addresses"][0]["AllocationId"]], Tags=[{"Key": "Environment"}])


@hand(f"bucket:{BUCKET}", "tags")
def bucket_of_nobody(c: Console) -> None:
    c.s3.delete_bucket_tagging(Bucket=BUCKET)


@hand(f"endpoint:{PREFIX}-s3", "tags")
def endpoint_renamed(c: Console) -> None:
    c.tag(c.endpoint(), Name="mine")


@hand("log_group:/echodiary/production/monitoring", "tags")
def logs_of_nobody(c: Console) -> None:
    arn = c.logs.describe_log_groups(logGroupNamePrefix="/echodiary/production/monitoring")["logGroups"][0]["arn"]
    c.logs.untag_resource(resourceArn=arn.removesuffix(":*"), tagKeys=["Project"])


@hand(f"key:{PREFIX}", "tags")
def key_of_nobody(c: Console) -> None:
    c.kms.untag_resource(KeyId=c.key(), TagKeys=["ManagedBy"])


@hand(f"profile:{PREFIX}-app", "tags")
def profile_of_nobody(c: Console) -> None:
    c.iam.untag_instance_profile(InstanceProfileName=f"{PREFIX}-app", TagKeys=["Project"])


@hand(f"route_table:{PREFIX}-private", "tags")
def table_of_another_project(c: Console) -> None:
    c.tag(c.table("private"), Project="another")


@hand(f"lease_table:{PREFIX}-lease", "protected")
def lease_may_be_deleted(c: Console) -> None:
    c.tables.update_table(TableName=f"{PREFIX}-lease", DeletionProtectionEnabled=False)


@hand(f"lease_table:{PREFIX}-lease", "tags")
def lease_of_nobody(c: Console) -> None:
    arn = c.tables.describe_table(TableName=f"{PREFIX}-lease")["Table"]["TableArn"]
    c.tables.untag_resource(ResourceArn=arn, TagKeys=["Project"])


@hand(f"lease_table:{PREFIX}-lease", "billing")
def lease_paid_by_the_hour(c: Console) -> None:
    some = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    c.tables.update_table(TableName=f"{PREFIX}-lease", BillingMode="PROVISIONED", ProvisionedThroughput=some)


@hand(f"network_acl:{PREFIX}", "in")
def everybody_denied(c: Console) -> None:
    denied = {"RuleNumber": 50, "Protocol": "-1", "RuleAction": "deny", "CidrBlock": "0.0.0.0/0"}
    c.ec2.create_network_acl_entry(NetworkAclId=c.acl(), Egress=False, **denied)


@hand(f"network_acl:{PREFIX}", "out")
def only_https_goes_out(c: Console) -> None:
    some = {"RuleNumber": 100, "Protocol": "6", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0", "PortRange": {"From": 443, "To": 443}}
    c.ec2.replace_network_acl_entry(NetworkAclId=c.acl(), Egress=True, **some)


@hand(f"network_acl:{PREFIX}", "taken_out")
def subnet_shut_in(c: Console) -> None:
    c.shut_in(c.subnet("public-a"))


@hand(f"key:{PREFIX}", "policy")
def key_for_another_account(c: Console) -> None:
    c.kms.put_key_policy(KeyId=c.key(), PolicyName="default", Policy=json.dumps(FOR_ANOTHER))


@hand(f"role:{PREFIX}-app", "boundary")
def role_held_back(c: Console) -> None:
    c.iam.put_role_permissions_boundary(RoleName=f"{PREFIX}-app", PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess")


@hand("registry:echodiary", "policy")
def images_for_another_account(c: Console) -> None:
    c.ecr.set_repository_policy(repositoryName="echodiary", policyText=json.dumps(FOR_ANOTHER))


@hand(f"secret:{SECRET}", "policy")
def secret_for_another_account(c: Console) -> None:
    c.secrets.put_resource_policy(SecretId=SECRET, ResourcePolicy=json.dumps(FOR_ANOTHER))


@hand(f"secret:{SECRET}", "rotated")
def passwords_exchanged_by_a_function(c: Console) -> None:
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mine"
    c.secrets.rotate_secret(SecretId=SECRET, RotationLambdaARN=function, RotationRules={"AutomaticallyAfterDays": 30})


@hand("instance:app1", "metadata_endpoint")
def no_metadata(c: Console) -> None:
    c.ec2.modify_instance_metadata_options(InstanceId=c.instance("app1"), HttpEndpoint="disabled")


@hand("instance:mon1", "source_dest_check")
def host_that_forwards(c: Console) -> None:
    c.ec2.modify_instance_attribute(InstanceId=c.instance("mon1"), SourceDestCheck={"Value": False})


@hand("instance:mon1", "when_shut_down")
def host_that_is_gone_when_shut_down(c: Console) -> None:
    c.ec2.modify_instance_attribute(InstanceId=c.instance("mon1"), InstanceInitiatedShutdownBehavior={"Value": "terminate"})


@hand(f"topic:{PREFIX}-alarms", "display_name")
def topic_of_another_name(c: Console) -> None:
    c.topics.set_topic_attributes(TopicArn=TOPIC, AttributeName="DisplayName", AttributeValue="mine")


@hand(f"topic:{PREFIX}-alarms", "policy")
def topic_for_another_account(c: Console) -> None:
    told = {**FOR_ANOTHER["Statement"][0], "Action": "sns:Publish", "Resource": TOPIC}
    text = json.dumps({**FOR_ANOTHER, "Statement": [told]})
    c.topics.set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue=text)


@hand(f"topic:{PREFIX}-alarms", "tags")
def topic_of_nobody(c: Console) -> None:
    c.topics.untag_resource(ResourceArn=TOPIC, TagKeys=["Project"])


@hand("metric_filter:Requests-app", "pattern")
def another_pattern(c: Console) -> None:
    told = [{"metricName": "Requests-app", "metricNamespace": WATCHED, "metricValue": "1", "defaultValue": 0}]
    group = "/echodiary/production/app"
    c.logs.put_metric_filter(logGroupName=group, filterName="Requests-app", filterPattern="nothing", metricTransformations=told)


@hand("metric_filter:ServerErrors-app", "metric")
def errors_count_for_nothing(c: Console) -> None:
    one = c.logs.describe_metric_filters(filterNamePrefix="ServerErrors-app")["metricFilters"][0]
    told = [{**one["metricTransformations"][0], "metricValue": "0"}]
    where = {"logGroupName": one["logGroupName"], "filterName": one["filterName"]}
    c.logs.put_metric_filter(**where, filterPattern=one["filterPattern"], metricTransformations=told)


@hand(f"alarm:{WATCHED}/app1-memory", "threshold", "description", "comparison")
def memory_may_be_full(c: Console) -> None:
    c.alarm("app1-memory", Threshold=99.0, AlarmDescription="mine", ComparisonOperator="GreaterThanOrEqualToThreshold")


@hand(f"alarm:{WATCHED}/mon1-memory", "periods", "datapoints", "missing", "no_data_actions")
def memory_is_looked_at_for_an_hour(c: Console) -> None:
    more = {"TreatMissingData": "notBreaching", "InsufficientDataActions": None}
    c.alarm("mon1-memory", EvaluationPeriods=60, DatapointsToAlarm=6, **more)


@hand(f"alarm:{WATCHED}/app1-machine", "actions", "ok_actions")
def a_host_is_not_moved(c: Console) -> None:
    c.alarm("app1-machine", AlarmActions=[TOPIC], OKActions=None)


@hand(f"alarm:{WATCHED}/app1-host", "enabled")
def an_alarm_that_tells_nobody(c: Console) -> None:
    c.watch.disable_alarm_actions(AlarmNames=[f"{WATCHED}/app1-host"])


@hand(f"alarm:{WATCHED}/mon1-host", "metrics")
def the_least_of_a_minute(c: Console) -> None:
    c.alarm("mon1-host", Statistic="Minimum")


@hand(f"alarm:{WATCHED}/app-errors", "expression")
def a_share_of_few(c: Console) -> None:
    found = c.watch.describe_alarms(AlarmNames=[f"{WATCHED}/app-errors"])["MetricAlarms"][0]["Metrics"]
    told = [{**one, "Expression": "100 * errors / requests"} if "Expression" in one else one for one in found]
    c.alarm("app-errors", Metrics=told)


@hand(f"dashboard:{PREFIX}", "widgets")
def a_graph_taken_away(c: Console) -> None:
    body = json.loads(c.watch.get_dashboard(DashboardName=PREFIX)["DashboardBody"])
    c.watch.put_dashboard(DashboardName=PREFIX, DashboardBody=json.dumps({"widgets": body["widgets"][1:]}))


@hand(f"budget:{PREFIX}", "monthly_usd", "unit", "covers")
def a_budget_for_a_year(c: Console) -> None:
    limit = {"Amount": "5000", "Unit": "USD"}
    told = {"BudgetName": PREFIX, "BudgetLimit": limit, "TimeUnit": "ANNUALLY", "BudgetType": "COST"}
    c.budgets.update_budget(AccountId=ACCOUNT, NewBudget=told)


@hand(f"budget:{PREFIX}", "told")
def told_when_it_is_late(c: Console) -> None:
    at = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "ThresholdType": "PERCENTAGE"}
    c.budgets.delete_notification(**BUDGET, Notification={**at, "Threshold": 80.0})
    mine = [{"SubscriptionType": "EMAIL", "Address": "mine@example.com"}]
    c.budgets.create_notification(**BUDGET, Notification={**at, "Threshold": 150.0}, Subscribers=mine)
