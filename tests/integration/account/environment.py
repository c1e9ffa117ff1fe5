# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment in an imitated account, provisioned by real ansible-playbook runs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml

from lab.strict.server import Server
from tests import warm
from tests.integration.local_play import PLAYBOOK, ROOT, Played

ACCOUNT, REGION, PREFIX = "123456789012", "ap-northeast-2", "echodiary-production"
LOGIN = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "an-example-key", "AWS_DEFAULT_REGION": REGION}
ADMIN = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8Zr2k7kKkVq0m3mJ3mYbX0oG8y3dF0yKQ1qv5o0t0T ann@example"
DECLARED: dict[str, Any] = {
    "network": {"cidr": "10.20.0.0/16", "zones": ["a", "c"]},
    "hosts": {
        "app1": {"role": "app", "type": "t4g.small", "zone": "a"},
        "mon1": {"role": "monitoring", "type": "t4g.small", "zone": "c", "fixed_address": True},
    },
    "images": {"repository": "echodiary", "mutable_tags": ["buildcache"]},
    "buckets": {"backups": {}},
    "github": {"repository": "owner/echodiary", "roles": ["deploy"]},
    "key": True,
    "watching": {"email": ["ops@example.com"], "cpu": False, "disk": False},
    "budget": {"monthly_usd": 120, "covers": "environment"},
}

#: nobody installs it here: with it the inventory's hosts have the component that alarms need
AGENTS = {"cloudwatch_agent_packages": {"arm64": {"url": "https://example.com/agent.deb", "sha256": "0" * 64}}}

Plan = dict[str, dict[str, Any]]


class Environment:
    """``production``, declared in an inventory of its own. ``agents``: whether its hosts have agents, which runs wait for."""

    def __init__(self, aws: Server, place: Path, agents: bool = False) -> None:
        self.aws, self.place, self.agents = aws, place, agents
        self.console = self._somebody_else()
        self.inventory = place / "production"
        shutil.copytree(ROOT / "inventories/production/group_vars", self.inventory / "group_vars")
        (self.inventory / "hosts.yml").write_text("all:\n")
        self.declare()

    def declare(self, **changed: Any) -> None:
        declared = {"aws_account": ACCOUNT, "aws_environment": {**DECLARED, **changed}, "baseline_admin_keys": [ADMIN], **AGENTS}
        self.declaration.write_text(yaml.safe_dump(declared))

    @property
    def declaration(self) -> Path:
        return self.inventory / "group_vars/all/aws.yml"

    def start(self, *words: str, readable: bool = False, program: str = PLAYBOOK, playbook: str = "provision") -> subprocess.Popen[str]:
        told = {} if readable else {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
        state = {"XDG_STATE_HOME": str(self.place / "state"), "AWS_ENDPOINT_URL": self.aws.url}
        alone = [] if self.agents else ["-e", "host_keys=false"]
        command = [program, "-i", str(self.inventory), f"playbooks/{playbook}.yml", *alone, *words]
        given = {**os.environ, **LOGIN, **state, **told}
        return subprocess.Popen(
            command, cwd=ROOT, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )

    def run(self, *words: str, readable: bool = False) -> Played:
        process = self.start(*words, readable=readable, program=warm.PLAYBOOK)
        output, _ = process.communicate(timeout=300)
        return Played(process.returncode, output)

    def state(self) -> Any:
        return standing(self.aws.state())

    def check(self, *words: str) -> Plan:
        """What differs, by resource. Nothing is written to find out."""
        self.aws.forget()
        played = self.run("--check", *words)
        assert played.code == 0, played.output
        assert [call.operation for call in self.aws.writes()] == []
        assert {call.action for call in self.aws.calls()} - rights("read") == set()
        return plan_of(played)

    def apply(self, *words: str) -> Plan:
        played = self.run(*words)
        assert played.code == 0, played.output
        return plan_of(played)

    def killed_after(self, calls: int, *words: str, playbook: str = "provision") -> None:
        """As a power cut would, once AWS was asked for so many changes."""
        self.aws.forget()
        process = self.start(*words, playbook=playbook)
        while len(self.aws.writes()) < calls and process.poll() is None:
            time.sleep(0.02)
        for one in family(process.pid):
            os.kill(one, signal.SIGKILL)
        process.communicate()

    def client(self, service: str) -> Any:
        """Of somebody who is logged in to the console: whose calls are whose is known by it."""
        return boto3.client(service, region_name=REGION, endpoint_url=self.aws.url, **self.console)

    def _somebody_else(self) -> dict[str, str]:
        login = {name.lower(): value for name, value in LOGIN.items() if "KEY" in name}
        iam = boto3.client("iam", region_name=REGION, endpoint_url=self.aws.url, **login)
        name = f"console{len(iam.list_users()['Users']) or ''}"
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self.aws.app.history.clear()
        self.aws.forget()
        return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

    def called(self) -> set[str]:
        """Rights that runs have made use of since the environment began."""
        return {call.action for call in self.aws.app.history if call.principal.endswith(":root")}

    def journal(self) -> list[dict[str, Any]]:
        (path,) = (self.place / "state/echodiary").glob("account-*.jsonl")
        return [json.loads(line) for line in path.read_text().splitlines()]


def rights(name: str) -> set[str]:
    """That docs/aws/ says a run needs."""
    document = json.loads((ROOT / f"docs/aws/rights-{name}.json").read_text())
    return {action for statement in document["Statement"] for action in statement["Action"]}


def beyond(env: Environment) -> set[str]:
    """Rights that runs made use of, and that nobody would have given them."""
    return env.called() - rights("read") - rights("provision")


def plan_of(played: Played) -> Plan:
    return {change["resource"]: change for change in played.task["Provision the account"]["plan"]}


def fields_of(plan: Mapping[str, Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(resource, field) for resource, change in plan.items() for field in change["fields"]}


def family(pid: int) -> list[int]:
    """A process and all that it started, whatever sessions they are in."""
    children = [int(one) for file in Path(f"/proc/{pid}/task").glob("*/children") for one in file.read_text().split()]
    return [pid, *(one for child in children for one in family(child))]


#: what AWS chooses anew whenever something is joined again, and what it remembers of that
_CHOSEN = frozenset({"public_ip", "association_id", "modifications", "@xmlns", "BucketKeyEnabled", "throughput"}) | frozenset(
    {"auto_rotate_after_days", "rotation_lambda_arn", "rotation_requested"}
)
_JOINED = ("sgr-", "aclassoc-")


def standing(state: Any) -> Any:
    """What the imitation holds, without the order of tags and the ids of rules and associations: what was undone leaves only these."""
    if isinstance(state, dict):
        kept = {key: standing(value) for key, value in state.items() if key not in _CHOSEN and not str(value).startswith(_JOINED)}
        return {**kept, **({"_associations": sorted(kept["_associations"].values(), key=repr)} if "_associations" in kept else {})}
    if isinstance(state, list):
        return sorted((standing(one) for one in state), key=lambda one: json.dumps(one, sort_keys=True))
    return state
