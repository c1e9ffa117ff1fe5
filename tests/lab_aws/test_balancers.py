# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancers, certificates and records: what AWS refuses and takes its time for, by its documentation and reports of others."""

from __future__ import annotations

from typing import Any

import pytest

from lab.strict.server import Server
from tests.lab_aws import account
from tests.lab_aws.clients import client, refused

POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"


class Front:
    """A network, a target group, and the owner's zone."""

    def __init__(self, aws: Server) -> None:
        self.aws, self.network = aws, account.network(aws)
        self.elb, self.acm, self.dns, self.ec2 = (client(aws, name) for name in ("elbv2", "acm", "route53", "ec2"))
        made = self.elb.create_target_group(Name="app", Protocol="HTTP", Port=80, VpcId=self.network.vpc)
        self.group = made["TargetGroups"][0]["TargetGroupArn"]
        self.zone = self.dns.create_hosted_zone(Name="example.com.", CallerReference="1")["HostedZone"]["Id"]

    def balancer(self, **changed: Any) -> str:
        asked = {"Name": "edge", "Subnets": self.network.subnets, "SecurityGroups": [self.network.group], **changed}
        return str(self.elb.create_load_balancer(**asked)["LoadBalancers"][0]["LoadBalancerArn"])

    def certificate(self) -> str:
        return str(self.acm.request_certificate(DomainName="diary.example.com", ValidationMethod="DNS")["CertificateArn"])

    def told(self, arn: str) -> Any:
        return self.acm.describe_certificate(CertificateArn=arn)["Certificate"]

    def proved(self, arn: str) -> None:
        asked = [self.told(arn) for _ in range(2)][-1]["DomainValidationOptions"][0]["ResourceRecord"]
        self.change("UPSERT", asked["Name"], "CNAME", asked["Value"])

    def change(self, action: str, name: str, kind: str, *values: str, ttl: int = 60) -> None:
        record = {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": one} for one in values]}
        self.batch((action, record))

    def batch(self, *changes: tuple[str, dict[str, Any]]) -> None:
        every = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
        self.dns.change_resource_record_sets(HostedZoneId=self.zone, ChangeBatch={"Changes": every})

    def listener(self, balancer: str, **asked: Any) -> str:
        forward = [{"Type": "forward", "TargetGroupArn": self.group}]
        made = self.elb.create_listener(
            **{"LoadBalancerArn": balancer, "Port": 443, "Protocol": "HTTPS", "DefaultActions": forward, **asked}
        )
        return str(made["Listeners"][0]["ListenerArn"])


@pytest.fixture
def front(aws: Server) -> Front:
    return Front(aws)


def test_it_stands_in_two_zones_of_a_network_that_the_world_reaches(front: Front) -> None:
    first, second = front.network.subnets
    with refused("ValidationError"):
        front.balancer(Subnets=[first])
    third = front.ec2.create_subnet(VpcId=front.network.vpc, CidrBlock="10.20.9.0/24", AvailabilityZone="ap-northeast-2a")["Subnet"][
        "SubnetId"
    ]
    with refused("InvalidConfigurationRequest"):
        front.balancer(Subnets=[first, third])
    with refused("InvalidSecurityGroup"):
        front.balancer(SecurityGroups=["sg-0123456789abcdef0"])
    front.balancer()
    with refused("DuplicateLoadBalancerName"):
        front.balancer(Subnets=[second, third])
    with refused("DependencyViolation"):
        front.ec2.detach_internet_gateway(InternetGatewayId=front.network.gateway, VpcId=front.network.vpc)


def test_a_network_without_a_gateway_is_refused(front: Front) -> None:
    front.ec2.detach_internet_gateway(InternetGatewayId=front.network.gateway, VpcId=front.network.vpc)
    with refused("InvalidSubnet"):
        front.balancer()


def test_it_is_provisioned_first_and_tells_all_that_can_be_set(front: Front) -> None:
    front.aws.settings(busy_describes=2)
    arn = front.balancer()
    states = [front.elb.describe_load_balancers()["LoadBalancers"][0]["State"]["Code"] for _ in range(3)]
    assert states == ["provisioning", "provisioning", "active"]
    told = {one["Key"]: one["Value"] for one in front.elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]}
    assert (told["idle_timeout.timeout_seconds"], told["routing.http.xff_header_processing.mode"]) == ("60", "append")


def test_one_that_is_protected_is_not_deleted_and_its_interfaces_stay_for_a_while(front: Front) -> None:
    arn = front.balancer()
    switch = {"Key": "deletion_protection.enabled", "Value": "true"}
    front.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[switch])
    with refused("OperationNotPermitted"):
        front.elb.delete_load_balancer(LoadBalancerArn=arn)
    front.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{**switch, "Value": "false"}])
    front.elb.delete_load_balancer(LoadBalancerArn=arn)
    with refused("DependencyViolation"):
        front.ec2.delete_security_group(GroupId=front.network.group)
    filters = [{"Name": "description", "Values": [f"ELB {arn.partition(':loadbalancer/')[2]}"]}]
    left = [len(front.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]) for _ in range(2)]
    assert left == [1, 0]
    front.ec2.delete_security_group(GroupId=front.network.group)


def test_a_listener_shows_a_certificate_that_is_issued_and_only_then(front: Front) -> None:
    arn, shown = front.balancer(), front.certificate()
    with refused("ValidationError"):
        front.listener(arn)
    with refused("CertificateNotFound"):
        front.listener(arn, Certificates=[{"CertificateArn": f"{shown[:-4]}0000"}])
    with refused("UnsupportedCertificate"):
        front.listener(arn, Certificates=[{"CertificateArn": shown}])
    front.proved(shown)
    with refused("SSLPolicyNotFound"):
        front.listener(arn, Certificates=[{"CertificateArn": shown}], SslPolicy="ELBSecurityPolicy-2099")
    front.listener(arn, Certificates=[{"CertificateArn": shown}], SslPolicy=POLICY)
    with refused("DuplicateListener"):
        front.listener(arn, Certificates=[{"CertificateArn": shown}], SslPolicy=POLICY)


def test_a_group_fits_its_listener_and_is_not_deleted_while_it_is_used(front: Front) -> None:
    arn, other = front.balancer(), account.network(front.aws, "10.21")
    tcp = front.elb.create_target_group(Name="tcp", Protocol="TCP", Port=80, VpcId=front.network.vpc)["TargetGroups"][0]["TargetGroupArn"]
    far = front.elb.create_target_group(Name="far", Protocol="HTTP", Port=80, VpcId=other.vpc)["TargetGroups"][0]["TargetGroupArn"]
    plain = {"Port": 80, "Protocol": "HTTP"}
    for group, code in ((tcp, "IncompatibleProtocols"), (far, "InvalidConfigurationRequest")):
        with refused(code):
            front.listener(arn, **plain, DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
    front.listener(arn, **plain)
    with refused("ResourceInUse"):
        front.elb.delete_target_group(TargetGroupArn=front.group)
    second = front.balancer(Name="second")
    with refused("TargetGroupAssociationLimit"):
        front.listener(second, **plain)
    elsewhere = account.instance(front.aws, other)
    with refused("InvalidTarget"):
        front.elb.register_targets(TargetGroupArn=front.group, Targets=[{"Id": elsewhere}])


def test_a_certificate_waits_for_its_record_and_tells_late_what_that_is(front: Front) -> None:
    arn = front.certificate()
    assert "ResourceRecord" not in front.told(arn)["DomainValidationOptions"][0]
    assert front.told(arn)["Status"] == "PENDING_VALIDATION"
    front.aws.settings(busy_describes=1)
    front.proved(arn)
    assert [front.told(arn)["Status"] for _ in range(2)] == ["PENDING_VALIDATION", "ISSUED"]


def test_a_certificate_is_not_deleted_while_it_is_shown_nor_right_after(front: Front) -> None:
    arn, shown = front.balancer(), front.certificate()
    front.proved(shown)
    front.told(shown)
    listener = front.listener(arn, Certificates=[{"CertificateArn": shown}], SslPolicy=POLICY)
    assert front.told(shown)["InUseBy"] == [arn]
    for again in (True, False):
        with refused("ResourceInUseException"):
            front.acm.delete_certificate(CertificateArn=shown)
        if again:
            front.elb.delete_listener(ListenerArn=listener)
    assert [front.told(shown)["InUseBy"] for _ in range(2)] == [[arn], []]
    front.acm.delete_certificate(CertificateArn=shown)


def test_records_are_changed_exactly_and_all_of_them_or_none(front: Front) -> None:
    front.change("CREATE", "diary.example.com", "A", "203.0.113.1")
    for action, name, kind, values, ttl in (
        ("CREATE", "diary.example.com", "A", "203.0.113.1", 60),
        ("DELETE", "diary.example.com", "A", "203.0.113.1", 300),
        ("DELETE", "other.example.com", "A", "203.0.113.1", 60),
        ("CREATE", "diary.example.com", "CNAME", "other.example.com", 60),
    ):
        with refused("InvalidChangeBatch"):
            front.change(action, name, kind, values, ttl=ttl)
    old = {"Name": "diary.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "203.0.113.1"}]}
    lost = {"HostedZoneId": "Z2P70J7EXAMPLE", "DNSName": "nowhere-1.ap-northeast-2.elb.amazonaws.com", "EvaluateTargetHealth": False}
    with refused("InvalidChangeBatch"):
        front.batch(("DELETE", old), ("CREATE", {"Name": "diary.example.com", "Type": "A", "AliasTarget": lost}))
    told = front.dns.list_resource_record_sets(HostedZoneId=front.zone)["ResourceRecordSets"]
    assert [one["ResourceRecords"] for one in told if one["Type"] == "A"] == [[{"Value": "203.0.113.1"}]]
    front.batch(("DELETE", old), ("CREATE", {**old, "Type": "CNAME", "ResourceRecords": [{"Value": "other.example.com"}]}))
