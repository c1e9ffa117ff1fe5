# SPDX-License-Identifier: GPL-3.0-or-later
"""Two labs that are staging and production, their inventories as this repository's have them, and what GitHub knows of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import yaml

from lab import seeds
from tests.pipelines.repository import ROOT, Checkout

REPOSITORY = "echodiary/echodiary"


@dataclass(frozen=True)
class Environment:
    """One lab. ``apps`` are its application hosts."""

    name: str
    lab: str
    subnet: str
    offset: int
    apps: tuple[str, ...]
    transport: str

    @property
    def state(self) -> Path:
        return ROOT / ".lab" / self.lab

    def command(self, *words: str) -> None:
        given = {"LAB_NAME": self.lab, "LAB_SUBNET": f"{self.subnet}.0/24", "LAB_PORT_OFFSET": str(self.offset)}
        environment = {**os.environ, **given, "LAB_APP_HOSTS": str(len(self.apps))}
        command = [sys.executable, "-m", "lab", *words]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def on(self, member: str, command: str) -> str:
        words = ["docker", "exec", f"{self.lab}-{member}", "sh", "-c", command]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, f"{member}: {command}: {done.stdout}{done.stderr}"
        return done.stdout

    def versions(self) -> set[str]:
        """What really answers behind the edges."""
        ask = "python3 -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1:8404/echodiary/version').read().decode())\""
        return {json.loads(self.on(host, ask))["version"] for host in self.apps}

    def lease(self) -> object:
        held = self.on(self.apps[0], "cat /var/lib/echodiary/lease/deploy.json 2>/dev/null || echo '{}'")
        return json.loads(held).get("lease")

    def variables(self) -> dict[str, Any]:
        """What the lab has written about itself."""
        found: dict[str, Any] = yaml.safe_load((self.state / "inventory/group_vars/all/lab.yml").read_text())
        return found

    def addresses(self) -> dict[str, str]:
        groups = yaml.safe_load((self.state / "inventory/hosts.yml").read_text())["all"]["children"].values()
        return {name: host["ansible_host"] for group in groups for name, host in group["hosts"].items()}


STAGING = Environment("staging", "echodiary-pipe", "172.30.82", 6000, ("app1", "app2"), "ssm")
PRODUCTION = Environment("production", "echodiary-pipe-prod", "172.30.83", 6500, ("app1",), "ssh")
BOTH = (STAGING, PRODUCTION)
#: one registry for both, under the name by which every host knows it
REGISTRY = f"{STAGING.lab}-registry:5000"
PUSH_TO = f"127.0.0.1:{5077 + STAGING.offset}/{REPOSITORY}"


def up() -> None:
    for environment in BOTH:
        environment.command("up")
    leave_network()
    _docker("network", "connect", "--ip", f"{PRODUCTION.subnet}.9", PRODUCTION.lab, f"{STAGING.lab}-registry")


def down() -> None:
    leave_network()
    for environment in BOTH:
        environment.command("down", "--keep-images")


def forget_images() -> None:
    """What a build leaves on this machine's engine; the registry has it, and goes with the lab."""
    listed = subprocess.run(["docker", "images", "-q", PUSH_TO], capture_output=True, text=True, timeout=60, check=False)
    for image in set(listed.stdout.split()):
        subprocess.run(["docker", "rmi", "-f", image], capture_output=True, timeout=120, check=False)


def leave_network() -> None:
    command = ["docker", "network", "disconnect", PRODUCTION.lab, f"{STAGING.lab}-registry"]
    subprocess.run(command, capture_output=True, timeout=60, check=False)


def write_inventory(environment: Environment, checkout: Checkout) -> None:
    """The lab as an environment of the checkout: how to log in is left to whoever comes, as it is in AWS."""
    place = checkout.path / "inventories" / environment.name
    shutil.rmtree(place)
    shutil.copytree(
        ROOT / "inventories/local/group_vars", place / "group_vars", ignore=shutil.ignore_patterns("lab.yml", "release_lab.yml")
    )
    hosts = yaml.safe_load((environment.state / "inventory/hosts.yml").read_text())
    checkout.write(f"inventories/{environment.name}/hosts.yml", yaml.safe_dump(hosts))
    variables = environment.variables()
    for name in ("ansible_ssh_private_key_file", "ansible_ssh_common_args"):
        del variables[name]
    main = yaml.safe_load((place / "group_vars/all/main.yml").read_text())
    main.update(
        echodiary_environment=environment.name,
        baseline_admin_keys=[(environment.state / "ssh/id_ed25519.pub").read_text().strip()],
        docker_insecure_registries=["{{ lab_registry }}", REGISTRY],
    )
    app = yaml.safe_load((place / "group_vars/app/main.yml").read_text())
    del app["deploy_pin_file"]
    app.update(deploy_alerts_block=False, echodiary_ready_deadline=30)
    first = STAGING.variables()["lab_images"][REPOSITORY].partition("@")[2]
    release = {"echodiary_image": f"{REGISTRY}/{REPOSITORY}@{first}"}
    for name, content in (("all/lab", variables), ("all/main", main), ("app/main", app), ("all/release", release)):
        (place / f"group_vars/{name}.yml").write_text("---\n" + yaml.safe_dump(content, sort_keys=False, width=200))


def write_secrets(environment: Environment) -> None:
    """Secrets Manager holds the environment's secrets under its own name."""
    endpoint = environment.variables()["lab_aws_endpoint"]
    manager = boto3.Session("lab", "lab", region_name=seeds.REGION).client("secretsmanager", endpoint_url=endpoint)
    value = manager.get_secret_value(SecretId=f"echodiary/{seeds.ENVIRONMENT}/app")["SecretString"]
    name = f"echodiary/{environment.name}/app"
    known = [one["Name"] for one in manager.list_secrets()["SecretList"]]
    if name not in known:
        manager.create_secret(Name=name, SecretString=value)


def variables() -> dict[str, dict[str, str]]:
    """GitHub's, of the repository and of its environments."""
    found = {"": {"ENVIRONMENTS": json.dumps([one.name for one in BOTH]), "AWS_REGION": seeds.REGION, "IMAGE_REPOSITORY": PUSH_TO}}
    for one in BOTH:
        known_hosts = (one.state / "known_hosts").read_text()
        for name in (one.name, f"{one.name}-read"):
            role = f"arn:aws:iam::000000000000:role/{name}"
            found[name] = {"AWS_ROLE_ARN": role, "TRANSPORT": one.transport, "SSH_KNOWN_HOSTS": known_hosts}
    return found


def secrets() -> dict[str, dict[str, str]]:
    return {
        f"{one.name}{suffix}": {"SSH_PRIVATE_KEY": (one.state / "ssh/id_ed25519").read_text()} for one in BOTH for suffix in ("", "-read")
    }


def machine() -> dict[str, str]:
    """What this machine has that GitHub's do not, and the other way round."""
    numbered = {f"i-{number:017x}": address for number, address in enumerate(STAGING.addresses().values(), start=1)}
    return {
        "IMAGE_BASE": "echodiary-lab/python:trixie",
        "IMAGE_PULL_FROM": f"{REGISTRY}/{REPOSITORY}",
        "STAND_IN_INSTANCES": json.dumps(numbered),
    }


def login(environment: Environment) -> dict[str, str]:
    """What .ci/fleet needs to reach the environment."""
    return {
        **machine(),
        "TRANSPORT": environment.transport,
        "SSH_KNOWN_HOSTS": (environment.state / "known_hosts").read_text(),
        "SSH_PRIVATE_KEY": (environment.state / "ssh/id_ed25519").read_text(),
    }


def digest(image: str) -> str:
    found = re.search(r"sha256:[0-9a-f]{64}", image)
    assert found, image
    return found[0]


def _docker(*words: str) -> None:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
