# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in use is not deleted, and what is not in use is."""

from __future__ import annotations

from lab.strict.server import Server
from tests.lab_aws.account import instance, network
from tests.lab_aws.clients import client, refused


def test_a_group_that_an_instance_wears_stays(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    worn = instance(aws, place)
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=place.group)
    ec2.terminate_instances(InstanceIds=[worn])
    ec2.delete_security_group(GroupId=place.group)


def test_a_group_that_another_names_stays(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    other = ec2.create_security_group(GroupName="db", Description="db", VpcId=place.vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": place.group}]}
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[rule])
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=place.group)
    ec2.revoke_security_group_ingress(GroupId=other, IpPermissions=[rule])
    ec2.delete_security_group(GroupId=place.group)


def test_a_group_may_name_itself(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    rule = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": place.group}]}
    ec2.authorize_security_group_ingress(GroupId=place.group, IpPermissions=[rule])
    ec2.delete_security_group(GroupId=place.group)


def test_the_default_group_stays(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    filters = [{"Name": "vpc-id", "Values": [place.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    default = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    with refused("CannotDelete"):
        ec2.delete_security_group(GroupId=default)


def test_a_subnet_with_an_instance_stays(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    lived = instance(aws, place)
    with refused("DependencyViolation"):
        ec2.delete_subnet(SubnetId=place.subnets[0])
    ec2.delete_subnet(SubnetId=place.subnets[1])
    ec2.terminate_instances(InstanceIds=[lived])
    ec2.delete_subnet(SubnetId=place.subnets[0])


def test_a_gateway_stays_while_an_address_is_mapped(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    mapped = ec2.associate_address(AllocationId=address, InstanceId=instance(aws, place))["AssociationId"]
    with refused("DependencyViolation"):
        ec2.detach_internet_gateway(InternetGatewayId=place.gateway, VpcId=place.vpc)
    ec2.disassociate_address(AssociationId=mapped)
    ec2.detach_internet_gateway(InternetGatewayId=place.gateway, VpcId=place.vpc)


def test_a_gateway_stays_while_an_instance_has_a_public_address(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    ec2.modify_subnet_attribute(SubnetId=place.subnets[0], MapPublicIpOnLaunch={"Value": True})
    public = instance(aws, place)
    with refused("DependencyViolation"):
        ec2.detach_internet_gateway(InternetGatewayId=place.gateway, VpcId=place.vpc)
    ec2.terminate_instances(InstanceIds=[public])
    ec2.detach_internet_gateway(InternetGatewayId=place.gateway, VpcId=place.vpc)


def test_an_associated_address_is_not_released(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    mapped = ec2.associate_address(AllocationId=address, InstanceId=instance(aws, place))["AssociationId"]
    with refused("InvalidIPAddress.InUse"):
        ec2.release_address(AllocationId=address)
    ec2.disassociate_address(AssociationId=mapped)
    ec2.release_address(AllocationId=address)


def test_a_vpc_goes_after_all_that_is_in_it(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    for subnet in place.subnets:
        ec2.delete_subnet(SubnetId=subnet)
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=place.vpc)  # a gateway, a group
    ec2.delete_security_group(GroupId=place.group)
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=place.vpc)
    ec2.detach_internet_gateway(InternetGatewayId=place.gateway, VpcId=place.vpc)
    ec2.delete_vpc(VpcId=place.vpc)


def test_an_endpoint_keeps_its_vpc_and_is_gone_when_it_is_deleted(aws: Server) -> None:
    ec2 = client(aws, "ec2")
    vpc = ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.ap-northeast-2.s3", VpcEndpointType="Gateway")
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=vpc)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpoint"]["VpcEndpointId"]])
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    ec2.delete_vpc(VpcId=vpc)


def test_an_attached_interface_is_not_deleted(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    made = instance(aws, place)
    own = ec2.describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": [made]}])["NetworkInterfaces"][0]
    with refused("InvalidParameterValue"):
        ec2.delete_network_interface(NetworkInterfaceId=own["NetworkInterfaceId"])
    free = ec2.create_network_interface(SubnetId=place.subnets[0])["NetworkInterface"]["NetworkInterfaceId"]
    ec2.delete_network_interface(NetworkInterfaceId=free)


def test_a_rule_that_a_list_has_not_is_neither_removed_nor_replaced(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    (acl,) = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [place.vpc]}])["NetworkAcls"]
    rule = {"NetworkAclId": acl["NetworkAclId"], "RuleNumber": 100, "Egress": True}
    ec2.delete_network_acl_entry(**rule)
    with refused("InvalidNetworkAclEntry.NotFound"):
        ec2.delete_network_acl_entry(**rule)
    with refused("InvalidNetworkAclEntry.NotFound"):
        ec2.replace_network_acl_entry(**rule, Protocol="-1", RuleAction="allow", CidrBlock="0.0.0.0/0")
    ec2.delete_network_acl_entry(**{**rule, "Egress": False})


def test_a_table_is_made_once_for_one_token(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    made = {ec2.create_route_table(VpcId=place.vpc, ClientToken=token)["RouteTable"]["RouteTableId"] for token in ("one", "one", "two")}
    assert len(made) == 2
