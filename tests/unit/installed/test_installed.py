# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as somebody has it who has nothing else of this repository: built, installed, run from a directory of his own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

COLLECTION = Path(__file__).resolve().parents[3] / "collections/ansible_collections/echodiary/infra"
IMAGE = f"registry.example.org/web@sha256:{'a' * 64}"
CONFIGURATION = """
[defaults]
inventory = hosts.yml
collections_path = collections
stdout_callback = echodiary.infra.fleet
callbacks_enabled = echodiary.infra.warm, echodiary.infra.arguments, echodiary.infra.drift, echodiary.infra.lease
gathering = explicit
localhost_warning = false
"""
HOST = {
    "ansible_connection": "local",
    "ansible_become": False,
    "ansible_python_interpreter": sys.executable,
    "components": ["notes"],
    "echodiary_environment": "home",
    "echodiary_secrets_source": "inventory",
}


class Home:
    """A directory with an inventory, an ansible.cfg, a role, and the collection in ``collections``."""

    def __init__(self, place: Path) -> None:
        self.place = place / "home"
        self.place.mkdir()
        self.installed = self.place / "collections/ansible_collections/echodiary/infra/playbooks"
        (self.place / "ansible.cfg").write_text(CONFIGURATION)
        (self.place / "hosts.yml").write_text(yaml.safe_dump({"app": {"hosts": {"one": HOST}}}))
        note = self.place / "roles/notes/tree/srv/echodiary-notes/note.j2"
        note.parent.mkdir(parents=True)
        note.write_text("of {{ echodiary_environment }}\n")
        (self.place / "roles/notes/component.yml").write_text("---\nfiles:\n  /srv/echodiary-notes/*: {mode: '0600'}\n")

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHONPATH"))}
        environment = {**own, "ANSIBLE_HOME": str(self.place / ".ansible"), "NO_COLOR": "1"}
        command = [str(Path(sys.executable).with_name(program)), *words]
        done = subprocess.run(command, cwd=self.place, env=environment, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("installed"))
    made.run("ansible-galaxy", "collection", "build", str(COLLECTION), "--output-path", "built")
    (tarball,) = (made.place / "built").glob("*.tar.gz")
    made.run("ansible-galaxy", "collection", "install", str(tarball), "--no-deps", "--offline", "-p", "collections")
    return made


def names() -> list[str]:
    folder = COLLECTION / "playbooks"
    files = [path for path in (*folder.glob("*.yml"), *folder.glob("incident/*.yml")) if path.name != "vars.yml"]
    return [f"echodiary.infra.{'.'.join(path.relative_to(folder).with_suffix('').parts)}" for path in sorted(files)]


def test_every_playbook_can_be_read_by_its_name(home: Home) -> None:
    done = home.run("ansible-playbook", "--syntax-check", *names())
    assert len(names()) > 25
    read = [Path(line.partition(": ")[2]) for line in done.stdout.splitlines() if line.startswith("playbook: ")]
    assert [f"echodiary.infra.{'.'.join(path.relative_to(home.installed).with_suffix('').parts)}" for path in read] == names()
    assert "ERROR" not in done.stderr and "couldn't resolve" not in done.stderr


def test_an_image_is_pinned_and_a_role_of_ones_own_compared_with_this_machine(home: Home) -> None:
    """Two playbooks in one process. The host is asked for real, and nothing is changed on it."""
    pin = home.place / "release.yml"
    done = home.run("ansible-playbook", "echodiary.infra.pin", "echodiary.infra.drift", "-e", f"image={IMAGE}", "-e", f"pin_file={pin}")
    assert IMAGE in pin.read_text()
    (component,) = report(home)["hosts"][0]["components"]
    assert (component["name"], component["sync"]) == ("notes", "OutOfSync"), done.stdout
    assert "file:/srv/echodiary-notes/note" in {one["resource"] for one in component["resources"]}
    assert not Path("/srv/echodiary-notes").exists()


def report(home: Home) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home.place / ".drift/home/report.json").read_text(encoding="utf-8"))
    return found
