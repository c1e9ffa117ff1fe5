# SPDX-License-Identifier: GPL-3.0-or-later
"""A checkout whose environment declares an AWS account: hosts answer from a file, and the account is the strict imitation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3

from lab.strict.server import Server
from tests.integration.account.environment import ACCOUNT, ADMIN, REGION, Environment
from tests.integration.account.inside import within
from tests.integration.gitops.checkout import Checkout

#: with hosts that the file of hosts does not have
DECLARED: dict[str, Any] = {
    "network": {"cidr": "10.20.0.0/16", "zones": ["a", "c"]},
    "hosts": {"shop1": {"role": "shop", "type": "t4g.small", "zone": "a"}},
    "buckets": {"backups": {}},
    "key": True,
}
LOGIN = {"access_key": "AKIAEXAMPLE", "secret_key": "an-example-key"}
#: of the environment
PREFIX = "echodiary-test"


class WithAccount(Checkout):
    """``url``: where AWS is asked. ``console``: the login of ann, who is told from who provisions."""

    #: each module that changes something is a process
    TIMEOUT = 600.0

    def __init__(self, place: Path, aws: Server) -> None:
        self.aws, self.url, self.declared = aws, aws.url, DECLARED
        super().__init__(place)
        login = {"aws_access_key_id": LOGIN["access_key"], "aws_secret_access_key": LOGIN["secret_key"]}
        iam = boto3.client("iam", region_name=REGION, endpoint_url=aws.url, **login)
        iam.create_user(UserName="ann")
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        self.console = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

    def declare(self, **changed: Any) -> None:
        self.declared = {**DECLARED, **changed}
        self.inventory()

    def inventory(self, **extra: dict[str, Any]) -> None:
        super().inventory(**extra)
        path = self.world.with_name("inventory") / "group_vars/all/aws.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        login = {**LOGIN, "region": REGION, "endpoint_url": self.url}
        account = {"aws_account": ACCOUNT, "aws_environment": self.declared, "echodiary_aws": login, "baseline_admin_keys": [ADMIN]}
        path.write_text(json.dumps(account))

    def provision(self) -> None:
        """In this process, which takes a tenth of the time. That the command does it too, tests of it show."""
        place = Environment.__new__(Environment)
        place.aws, place.place, place.agents, place.console = self.aws, self.world.parent, False, self.console
        place.inventory = self.world.with_name("inventory")
        with within(place) as here:
            here.apply()
        # by that run's clock, which is ahead of everybody else's, it is over
        self.aws.settle()

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=REGION, endpoint_url=self.aws.url, **self.console)

    def group(self, name: str = "shop") -> str:
        filters = [{"Name": "group-name", "Values": [f"{PREFIX}-{name}"]}]
        return str(self.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])

    def open_ssh(self) -> None:
        world = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        self.client("ec2").authorize_security_group_ingress(GroupId=self.group(), IpPermissions=world)

    def is_open(self) -> bool:
        return bool(self.client("ec2").describe_security_groups(GroupIds=[self.group()])["SecurityGroups"][0]["IpPermissions"])

    def told(self) -> dict[str, Any]:
        """The account's host in the last report, with what its component says."""
        (host,) = [one for one in self.report()["hosts"] if one["name"] == "aws"]
        return {**host, **(host["components"][0] if host["components"] else {})}
