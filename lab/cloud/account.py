# SPDX-License-Identifier: GPL-3.0-or-later
"""What the imitation says that there is, as far as a lab can make it so. Reads only."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any, NamedTuple

from lab.seeds import REGION


class Instance(NamedTuple):
    """``name``: its tag; ``network``: id of the VPC."""

    id: str
    name: str
    network: str
    address: str
    running: bool
    user_data: bytes


class Database(NamedTuple):
    """``user``, ``password``: of the master, as Secrets Manager keeps it."""

    name: str
    network: str
    endpoint: str
    user: str
    password: str


class Account(NamedTuple):
    """``networks``: those in which something stands; ``caches``: their endpoints; ``registry``: its host, empty where there is none."""

    networks: dict[str, IPv4Network]
    instances: list[Instance]
    databases: list[Database]
    caches: list[str]
    registry: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names of AWS that hosts ask for, and that are answered for in a lab."""
        registry = (self.registry,) if self.registry else ()
        return tuple(sorted({*(f"{one}.{REGION}.amazonaws.com" for one in ("s3", "ssm", "monitoring", "logs")), *registry, *self.caches}))


def read(endpoint: str) -> Account:
    instances = sorted(_instances(endpoint))
    databases = sorted(_databases(endpoint))
    used = {one.network for one in instances} | {one.network for one in databases}
    networks = {
        one["VpcId"]: IPv4Network(one["CidrBlock"]) for one in client(endpoint, "ec2").describe_vpcs()["Vpcs"] if one["VpcId"] in used
    }
    repositories = client(endpoint, "ecr").describe_repositories()["repositories"]
    registry = str(repositories[0]["repositoryUri"]).partition("/")[0] if repositories else ""
    return Account(networks, instances, databases, sorted(_caches(endpoint)), registry)


def client(endpoint: str, service: str) -> Any:
    import boto3  # slow to import, and only needed here

    return boto3.Session("lab", "lab", region_name=REGION).client(service, endpoint_url=endpoint)


def _instances(endpoint: str) -> Iterator[Instance]:
    ec2 = client(endpoint, "ec2")
    for reservation in ec2.describe_instances()["Reservations"]:
        for one in reservation["Instances"]:
            state = one["State"]["Name"]
            if state in ("shutting-down", "terminated"):
                continue
            told = ec2.describe_instance_attribute(InstanceId=one["InstanceId"], Attribute="userData").get("UserData") or {}
            name = next((tag["Value"] for tag in one.get("Tags", ()) if tag["Key"] == "Name"), one["InstanceId"])
            data = base64.b64decode(told.get("Value") or "")
            yield Instance(one["InstanceId"], name, one["VpcId"], one["PrivateIpAddress"], state in ("pending", "running"), data)


def _databases(endpoint: str) -> Iterator[Database]:
    secrets = client(endpoint, "secretsmanager")
    for one in client(endpoint, "rds").describe_db_instances()["DBInstances"]:
        where, kept = one.get("Endpoint") or {}, one.get("MasterUserSecret") or {}
        if not where.get("Address") or not kept.get("SecretArn"):
            continue  # it is being created; or only its owner has the password
        content = json.loads(secrets.get_secret_value(SecretId=kept["SecretArn"])["SecretString"])
        name, network = one["DBInstanceIdentifier"], one["DBSubnetGroup"]["VpcId"]
        yield Database(name, network, where["Address"], one["MasterUsername"], content["password"])


def _caches(endpoint: str) -> Iterator[str]:
    for one in client(endpoint, "elasticache").describe_replication_groups()["ReplicationGroups"]:
        for group in one.get("NodeGroups", ()):
            for key in ("PrimaryEndpoint", "ReaderEndpoint"):
                if (group.get(key) or {}).get("Address"):
                    yield str(group[key]["Address"])
