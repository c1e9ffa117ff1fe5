# SPDX-License-Identifier: GPL-3.0-or-later
"""`echodiary.infra.init` as somebody types it who has the collection's tarball and an empty directory, and nothing else."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.strict.server import Server
from tests.e2e import controllers
from tests.e2e.controllers import Said

ROOT = Path(__file__).resolve().parents[3]
TOOLS = Path(sys.executable).parent
GIVEN = {
    "app": "shop",
    # Nobody is there: what is pinned is the tag.
    "image": "127.0.0.1:9/you/shop:1",
    "app_port": "8080",
    "addresses": "admin@203.0.113.10",
    "domains": "shop.example.org",
    "migrate": "/app/migrate --to 'the newest: \"$1\"'",
}


class Person:
    """With a home and a directory of their own."""

    def __init__(self, home: Path) -> None:
        self.home, self.place = home, home / "own"

    def run(self, *words: str, **environment: str) -> Said:
        done = subprocess.run(
            words,
            cwd=self.place,
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return Said(done.returncode, done.stdout)

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AWS_", "GITHUB_"))}
        return {**kept, "HOME": str(self.home), "PATH": f"{TOOLS}:{os.environ['PATH']}", "ANSIBLE_FORCE_COLOR": "0", **more}

    def init(self, *words: str, **given: str) -> Said:
        return self.run("ansible-playbook", "echodiary.infra.init", "-e", json.dumps({**GIVEN, **given}), *words)

    def hosts(self, **environment: str) -> dict[str, Any]:
        said = self.run("ansible-inventory", "--list", **environment)
        assert said.code == 0, said.output
        found: dict[str, Any] = json.loads(said.output[said.output.index("{\n") :])
        return found

    def files(self) -> dict[str, str]:
        return {str(path.relative_to(self.place)): path.read_text() for path in sorted(self.place.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection as `ansible-galaxy collection install` leaves it."""
    home = tmp_path_factory.mktemp("home")
    person = Person(home)
    person.place.mkdir()
    tarball = controllers.tarball(home)
    installed = person.run("ansible-galaxy", "collection", "install", "--offline", str(tarball))
    assert installed.code == 0, installed.output
    return home


@pytest.fixture
def person(home: Path) -> Person:
    """In an empty directory."""
    person = Person(home)
    person.place = home / f"own-{time.monotonic_ns()}"
    person.place.mkdir()
    return person


def test_a_check_writes_nothing_and_a_second_run_changes_nothing(person: Person) -> None:
    looked = person.init("--check")
    assert looked.code == 0, looked.output
    assert person.files() == {}
    first = person.init()
    assert first.code == 0, first.output
    before = person.files()
    assert {line.split()[-1] for line in looked.output.splitlines() if line.startswith("would write")} == set(before)
    second = person.init()
    assert second.code == 0, second.output
    assert "0 changed" in second.output
    assert person.files() == before


def test_what_is_written_is_as_good_as_ours(person: Person) -> None:
    """By the same judges: ansible-lint, yamllint, GitHub's schema and zizmor."""
    assert person.init().code == 0
    assert person.init(app="cart", image="127.0.0.1:9/you/cart:1", domains="cart.example.org", migrate="", addresses="").code == 0
    for command in (
        ["yamllint", "--strict", "."],
        ["ansible-lint", "-q", "--strict"],
        [str(ROOT / ".ci/workflows"), str(person.place / ".github")],
    ):
        judged = person.run(*command)
        assert judged.code == 0, judged.output
    read = person.run("ansible-playbook", "site.yml", "--syntax-check")
    assert read.code == 0, read.output
    listed = person.hosts()["_meta"]["hostvars"]["203.0.113.10"]
    assert listed["components"] == ["docker", "haproxy", "shop", "cart"]
    assert (listed["shop_image"], listed["ansible_user"]) == (GIVEN["image"], "admin")
    defaults = yaml.safe_load((person.place / "roles/shop/defaults/main.yml").read_text())
    assert defaults["shop_migrate_command"] == ["/app/migrate", "--to", 'the newest: "$1"']


def test_what_is_wrong_or_missing_is_refused_and_nothing_is_written(person: Person) -> None:
    refused = person.init(app_port="http")
    assert refused.code != 0
    assert "app_port 'http'" in refused.output
    unasked = person.run("ansible-playbook", "echodiary.infra.init", "-e", "app=shop")
    assert unasked.code != 0
    assert "image, app_port are missing; add -e image=ghcr.io/you/shop:1.0 -e app_port=8080" in " ".join(unasked.output.split())
    assert person.files() == {}


def test_somebody_at_a_terminal_is_asked_six_questions(person: Person) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["ansible-playbook", "echodiary.infra.init"], cwd=person.place, env=person.environment(), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    heard, questions = b"", 0
    try:
        for answer in GIVEN.values():
            while not heard.rstrip().endswith(b":"):
                heard += os.read(ours, 1000)
            questions += 1
            os.write(ours, f"{answer}\n".encode())
            heard = b""
        while chunk := _read(ours):
            heard += chunk
    finally:
        process.wait(60)
        os.close(ours)
    assert (process.returncode, questions) == (0, 6), heard.decode()
    assert yaml.safe_load((person.place / "inventories/production/group_vars/all/release.yml").read_text()) == {
        "shop_image": GIVEN["image"]
    }


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1000)
    except OSError:
        return b""


def test_hosts_of_another_inventory_are_taken_over_with_how_to_log_in(person: Person) -> None:
    other = person.home / "other"
    (other / "group_vars/all").mkdir(parents=True, exist_ok=True)
    (other / "hosts.yml").write_text("{app: {hosts: {app1: {ansible_host: 10.0.0.1}}}, monitoring: {hosts: {mon1: {}}}}\n")
    login = {"ansible_user": "admin", "ansible_ssh_private_key_file": "{{ inventory_dir }}/key", "lab_registry": "x"}
    (other / "group_vars/all/lab.yml").write_text(yaml.safe_dump(login))
    assert person.init(addresses="../other").code == 0
    hosts = yaml.safe_load((person.place / "inventories/production/hosts.yml").read_text())["app"]["hosts"]
    assert hosts == {"app1": {"ansible_host": "10.0.0.1", "ansible_user": "admin", "ansible_ssh_private_key_file": f"{other}/key"}}


def test_hosts_of_aws_are_found_by_their_tags(person: Person) -> None:
    """Of an imitation: nobody here has asked AWS itself."""
    import boto3

    assert person.init(addresses="aws:eu-central-1").code == 0
    with Server() as aws:
        keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": aws.url}
        ec2 = boto3.client("ec2", region_name="eu-central-1", endpoint_url=aws.url, aws_access_key_id="x", aws_secret_access_key="x")
        image = next(one["ImageId"] for one in ec2.describe_images()["Images"] if one["Architecture"] == "arm64")
        for name, environment in (("app-1", "production"), ("app-2", "staging")):
            tags = {"Name": name, "Project": "shop", "Environment": environment, "Role": "app"}
            spec = [{"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
            ec2.run_instances(ImageId=image, InstanceType="t4g.small", MinCount=1, MaxCount=1, TagSpecifications=spec)
        listed = person.hosts(**keys)
    assert listed["app"]["hosts"] == ["app-1"]
    found = listed["_meta"]["hostvars"]["app-1"]
    assert found["components"] == ["docker", "haproxy", "shop"]
    assert found["ansible_host"] == found["aws_public_ip_address"]
    assert found["private_address"] == found["aws_private_ip_address"]
