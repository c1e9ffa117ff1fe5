# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way in the lab: from an empty account to a page that answers, a hand in the console, and back.

The commands are those of docs/aws.md. What AWS does of itself (hosts boot, databases listen) the lab does."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import requests

from lab.cloud import account, commands, edge, inventory
from lab.cloud.running import Runner, Step, expect
from lab.errors import LabError
from lab.seeds import REGION
from lab.settings import Settings
from lab.topology import PYTHON, REGISTRY_PORT

LOGIN = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "an-example-key", "AWS_DEFAULT_REGION": REGION}
LAB = (sys.executable, "-m", "lab")
GROUP = "echodiary-production-app"


def environment(lab: Settings) -> dict[str, str]:
    """All that says that this is no AWS: where its API is. And journals of the lab are the lab's."""
    endpoint = f"http://{lab.address('aws')}:5000"
    return {**LOGIN, "AWS_ENDPOINT_URL": endpoint, "XDG_STATE_HOME": str(lab.state / "cloud" / "state"), "NO_COLOR": "1"}


class Story:
    def __init__(self, lab: Settings, runner: Runner) -> None:
        self.lab, self.runner = lab, runner
        self.endpoint = f"http://{lab.address('aws')}:5000"
        self.digest = ""

    def steps(self) -> list[Step]:
        return [
            Step("the lab's services", self.services),
            Step("an empty account", self.empty),
            Step("what would be made", self.look),
            Step("the account is made", self.provision),
            Step("hosts, databases", self.machines),
            Step("a load balancer before them", self.balancer),
            Step("hosts of the inventory", self.graph),
            Step("an image", self.image),
            Step("hosts are converged", self.converge),
            Step("a release", self.deploy),
            Step("a page over the load balancer", self.page),
            Step("hosts are as declared", self.converged),
            Step("a hand in the console", self.hand),
            Step("it is found", self.found),
            Step("it is put right", self.provision_again),
            Step("nothing differs", self.nothing),
            Step("protection is lifted", self.lift),
            Step("what would go", self.look_at_the_end),
            Step("all of it is taken away", self.tear_down),
            Step("nothing is left", self.empty_again),
        ]

    def run(self, command: str) -> str:
        return self.runner.run(here(command, self.lab, self.digest))

    def services(self) -> str:
        self.runner.run(f"{' '.join(LAB)} up --services")
        return ""

    def empty(self) -> str:
        _post(f"{self.endpoint}/strict/reset")
        self.runner.run(f"{' '.join(LAB)} ec2")
        # its owner's, as on AWS: provisioning makes none
        made = account.client(self.endpoint, "route53").create_hosted_zone(Name=f"{inventory.ZONE}.", CallerReference="owner")
        inventory.begin(self.lab, made["HostedZone"]["Id"].rpartition("/")[2])
        return ""

    def look(self) -> str:
        said = self.run(commands.LOOK)
        expect(said, "to create", "instance:app1", "database:echodiary-production")
        return _line(said, "to create")

    def provision(self) -> str:
        """On AWS instances boot while they are waited for; here somebody has to boot them."""
        with self.runner.beside((*LAB, "ec2", "--follow")):
            self.run(commands.PROVISION)
        return ""

    def machines(self) -> str:
        self.runner.run(f"{' '.join(LAB)} ec2")
        seen = account.read(self.endpoint)
        return f"{len(seen.instances)} instances, {len(seen.databases)} database"

    def balancer(self) -> str:
        """It asks the hosts as it is declared; which of them answer is told to the imitation."""
        self.runner.run(f"{' '.join(LAB)} balancer")
        return self._edge().name

    def _edge(self) -> edge.Edge:
        return edge.of(self.lab, self.endpoint, inventory.DOMAIN)

    def graph(self) -> str:
        said = self.run(commands.GRAPH)
        expect(said, "@app:", "--app1", "--app2", "@monitoring:", "--mon1")
        return "app: app1, app2 · monitoring: mon1"

    def image(self) -> str:
        found = re.search(r"^digest=(sha256:[0-9a-f]{64})$", self.run(commands.IMAGE), re.MULTILINE)
        if not found:
            raise LabError("make image did not say by which digest its image is known")
        self.digest = found[1]
        self.run(commands.PIN)
        return self.digest[:19]

    def converge(self) -> str:
        return _line(self.run(commands.CONVERGE), " changed · ")

    def deploy(self) -> str:
        self.run(commands.NEXT_IMAGE)
        return _line(self.run(commands.DEPLOY), "Deployed")

    def page(self) -> str:
        """An entry is written and read again, by way of load balancer, HAProxy, application and database. Both hosts are asked."""
        self.run(commands.SMOKE)
        its = self._edge()
        its.sends_to_tls()
        wrote = its.asked("POST", "/entries", {"title": "from zero", "body": "to production", "mood": "neutral"})
        rows = its.asked("GET", "/entries?limit=5")
        if wrote["id"] not in [row["id"] for row in rows.get("items", rows)]:
            raise LabError(f"https://{its.host}/entries does not show the entry that was just written ({wrote['id']})")
        its.is_well(hosts=2)
        return f"https://{its.host}/entries shows what was written"

    def converged(self) -> str:
        said = self.run(commands.CONVERGED)
        if "OutOfSync" in said or " failed" in said:
            raise LabError(f"hosts differ from what is declared: {_line(said, 'OutOfSync')}")
        return _line(said, " · ")

    def hand(self) -> str:
        ec2 = account.client(self.endpoint, "ec2")
        found = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [GROUP]}])["SecurityGroups"][0]
        world = [{"CidrIp": "0.0.0.0/0", "Description": "only for a moment"}]
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": world}
        ec2.authorize_security_group_ingress(GroupId=found["GroupId"], IpPermissions=[rule])
        return "port 22 of the application's hosts is open to the world"

    def found(self) -> str:
        said = self.run(commands.LOOK)
        expect(said, f"packets:{GROUP}", "0.0.0.0/0", "22")
        return f"packets:{GROUP}"

    def provision_again(self) -> str:
        self.run(commands.PROVISION)
        return ""

    def nothing(self) -> str:
        said = self.run(commands.LOOK)
        expect(said, "nothing differs")
        return ""

    def lift(self) -> str:
        """What is in git decides, so it is written there, and applied."""
        inventory.unprotect(self.lab)
        self.run(commands.PROVISION)
        return "protected: false"

    def look_at_the_end(self) -> str:
        said = self.run(commands.TEAR_LOOK)
        expect(said, "- instance:app1", "- database:echodiary-production")
        return _line(said, "to take away")

    def tear_down(self) -> str:
        return _line(self.run(commands.TEAR_DOWN), "kept")

    def empty_again(self) -> str:
        """Neither in the account nor among the machines; its database left a snapshot."""
        self.runner.run(f"{' '.join(LAB)} ec2")
        seen = account.read(self.endpoint)
        if seen.instances or seen.databases:
            raise LabError(f"still there: {seen}")
        (last,) = account.client(self.endpoint, "rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
        return f"but for {last['DBSnapshotIdentifier']}"


def here(command: str, lab: Settings, digest: str) -> str:
    """A command of the page as it is typed in a lab: the inventory lies elsewhere, and the registry is pushed to by another name."""
    place = inventory.place(lab)
    if command.startswith("make image"):
        pushed = f"127.0.0.1:{lab.port(REGISTRY_PORT)}/echodiary"
        return f"{command.replace(commands.REGISTRY, pushed)} IMAGE_PULL_FROM={commands.REGISTRY} IMAGE_BASE={PYTHON}"
    typed = command.replace(f"$PWD/{commands.INVENTORY}", str(place)).replace(commands.INVENTORY, str(place))
    return typed.replace(commands.DIGEST, digest)


def _post(url: str, body: dict[str, Any] | None = None) -> Any:
    answer = requests.post(url, json=body or {}, timeout=30)
    answer.raise_for_status()
    return answer.json()


def _line(said: str, part: str) -> str:
    """The last line with this in it."""
    return next((line.strip() for line in reversed(said.splitlines()) if part in line), "")


def log(lab: Settings) -> Path:
    return lab.state / "cloud" / "story.log"


def next_line(lab: Settings) -> str:
    name = "" if lab.is_default else f"LAB_NAME={lab.name} "
    return f"  next: {name}python -m lab down"
