# SPDX-License-Identifier: GPL-3.0-or-later
"""``make live``: a small throw-away environment in a real account, by the same playbook; whoever has credentials asks for it.

Two hosts, no database and no cache, for which people would wait. Never in CI. In the end it is torn down, and what AWS still tells of it is
listed.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import yaml

from lab.cloud import commands, inventory, prices
from lab.cloud.running import Runner, Step, expect
from lab.errors import LabError
from lab.seeds import REGION
from lab.settings import Settings

ENVIRONMENT = "live"
NETWORK = "echodiary-live"
DISK = 8
#: a network for documentation: nobody comes from there
NOBODY = "192.0.2.1/32"
HOSTS = {name: {"role": "app", "type": "t4g.micro", "zone": "a", "disk": DISK} for name in ("app1", "app2")}


class Account(NamedTuple):
    """``imitation``: the endpoint, where it is not AWS."""

    number: str
    who: str
    imitation: str | None


def account(environment: dict[str, str]) -> Account:
    if environment.get("CI"):
        raise LabError("make live is for people with an account of their own, never for CI")
    try:
        told = boto3.client("sts", region_name=REGION).get_caller_identity()
    except Exception as error:
        raise LabError(f"AWS does not say who you are ({error}). Log in, until this answers: aws sts get-caller-identity") from None
    return Account(told["Account"], told["Arn"], environment.get("AWS_ENDPOINT_URL"))


def confirmed(of: Account) -> bool:
    """Asked and typed, with the cost in view."""
    where = f"the imitation at {of.imitation}" if of.imitation else "AWS"
    print(f"A throw-away environment '{ENVIRONMENT}' in account {of.number} ({of.who}), {REGION}, at {where}:")
    print("\n".join(prices.table(prices.of(len(HOSTS), DISK))))
    wanted = f"{ENVIRONMENT} {of.number}"
    try:
        return input(f"Type '{wanted}' to make it: ").strip() == wanted
    except EOFError:
        return False


class Live:
    def __init__(self, lab: Settings, runner: Runner, of: Account, public_key: str) -> None:
        self.lab, self.runner, self.account, self.public_key = lab, runner, of, public_key
        self.place = lab.state / "cloud" / ENVIRONMENT

    def steps(self) -> list[Step]:
        return [
            Step("what is declared", self.write),
            Step("what would be made", lambda: self.says(commands.LOOK, "to create")),
            Step("the account is made", lambda: self.says(commands.PROVISION)),
            Step("nothing differs", lambda: self.says(commands.LOOK, "nothing differs")),
            Step("hosts of the inventory", lambda: self.says(commands.GRAPH, "@app:", "--app1")),
            Step("a hand in the console", self.hand),
            Step("it is found", lambda: self.says(commands.LOOK, NOBODY)),
            Step("it is put right", lambda: self.says(commands.PROVISION)),
            Step("nothing differs", lambda: self.says(commands.LOOK, "nothing differs")),
            Step("a host that nobody declares", self.removed),
            Step("all of it is taken away", lambda: self.says(f"{commands.TEAR_LOOK.removesuffix(' --check')} -e confirm={ENVIRONMENT}")),
        ]

    def says(self, command: str, *wanted: str) -> str:
        said = self.runner.run(command.replace(commands.INVENTORY, str(self.place)))
        expect(said, *wanted)
        return ""

    def write(self, hosts: dict[str, Any] | None = None) -> str:
        """Production's inventory under another name."""
        source = self.lab.root / "inventories" / "production"
        shutil.copytree(source, self.place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("README.md", "release.yml", "aws.yml"))
        found = self.place / "aws_ec2.yml"
        found.write_text(
            found.read_text(encoding="utf-8").replace("Environment: production", f"Environment: {ENVIRONMENT}"), encoding="utf-8"
        )
        network = {"cidr": "10.99.0.0/24", "zones": ["a"]}
        declared = {"network": network, "hosts": hosts or HOSTS, "protected": False, "logs_days": 1}
        more = {
            "echodiary_environment": ENVIRONMENT,
            "baseline_admin_keys": [self.public_key],
            "aws_account": self.account.number,
            "aws_environment": declared,
        }
        (self.place / "group_vars" / "all" / "zz_live.yml").write_text(inventory.HEADER + yaml.safe_dump(more), encoding="utf-8")
        return ""

    def hand(self) -> str:
        ec2 = boto3.client("ec2", region_name=REGION)
        found = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [f"{NETWORK}-app"]}])["SecurityGroups"][0]
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": NOBODY}]}
        ec2.authorize_security_group_ingress(GroupId=found["GroupId"], IpPermissions=[rule])
        return f"port 22 of the hosts is open to {NOBODY}"

    def removed(self) -> str:
        self.write({"app1": HOSTS["app1"]})
        self.says(f"{commands.PROVISION} -e prune=true")
        return "app2 is removed"

    def rest(self) -> list[str]:
        """What AWS still tells, whatever became of the run."""
        tagging = boto3.client("resourcegroupstaggingapi", region_name=REGION)
        filters = [{"Key": "Project", "Values": ["echodiary"]}, {"Key": "Environment", "Values": [ENVIRONMENT]}]
        pages = tagging.get_paginator("get_resources").paginate(TagFilters=filters)
        found = sorted({one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"]})
        iam = boto3.client("iam")
        roles = [one["Arn"] for page in iam.get_paginator("list_roles").paginate() for one in page["Roles"]]
        profiles = [one["Arn"] for page in iam.get_paginator("list_instance_profiles").paginate() for one in page["InstanceProfiles"]]
        ours = [arn for arn in (*roles, *profiles) if re.search(rf"/{NETWORK}-", arn)]
        return [
            "As AWS's tags and IAM's names tell (tags lag some hours behind: an instance that was terminated may be among them):",
            *(f"  {arn}" for arn in [*found, *(one for one in ours if one not in found)] or ["  nothing"]),
            "  to take away what is left: the last command of the log again; what account_defaults changed is the account's, and stays",
        ]


def public_key(home: Path) -> str:
    """Who will log in: the first of the usual keys."""
    for name in ("id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub"):
        if (home / ".ssh" / name).exists():
            return (home / ".ssh" / name).read_text(encoding="ascii").strip()
    raise LabError("there is no public key in ~/.ssh that hosts could let in: ssh-keygen -t ed25519")
