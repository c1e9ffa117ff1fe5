# SPDX-License-Identifier: GPL-3.0-or-later
"""Two applications in one fleet: which is meant is said or asked for, and what is done to one is not done to the other."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.deploy_flow.fleet_play import PLAYBOOK, ROOT
from tests.integration.deploy_flow.test_role import V1, V2, Deploys

DEPLOY = ROOT / "collections/ansible_collections/echodiary/infra/playbooks/deploy.yml"
ADMINISTRATOR = {f"echodiary_database_{name}": "x" for name in ("user", "host", "admin_user", "admin_password")}
IMPORT = "ansible.builtin.import_tasks"
SHOP = "registry/shop@sha256:" + "5" * 64


class Two(Deploys):
    """``shop`` is on app1 alone, beside the application that is on both. The plays are those of the collection's playbook."""

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        role = place / "roles/shop"
        role.mkdir(parents=True)
        (role / "component.yml").write_text("release: {service: web, slots: {a: 1, b: 2}, hosts: [shop.example]}\n")
        inventory = json.loads(self.inventory.read_text())
        inventory["app"]["hosts"]["app1"] = {**inventory["app"]["hosts"]["app1"], "components": ["echodiary", "shop"]}
        inventory["app"]["hosts"]["app2"] = {**inventory["app"]["hosts"]["app2"], "components": ["echodiary"]}
        self.inventory.write_text(json.dumps(inventory))

    def run(self, *words: str, **variables: Any) -> int:
        find, deploy = yaml.safe_load(DEPLOY.read_text())
        [finding] = [task for task in find["tasks"] if task["name"] != "Read the secrets"]
        find["tasks"] = [{**finding, IMPORT: str(DEPLOY.parent / finding[IMPORT])}]
        given = next(task["vars"] for task in deploy["tasks"] if "vars" in task)
        del given["deploy_hooks"]
        wanted = {**given, "wanted": SHOP, "shop_image": SHOP, **variables}
        return self.deploy(*words, around={"before": [find], "hosts": deploy["hosts"]}, **wanted)

    def incident(self, name: str, *words: str) -> str:
        """Without the secrets and the rights that it would need; what it says."""
        inventory = json.loads(self.inventory.read_text())
        inventory["all"]["vars"].update({"echodiary_secrets_source": "inventory", "ansible_become": False, **ADMINISTRATOR})
        self.inventory.write_text(json.dumps(inventory))
        places = {"ANSIBLE_COLLECTIONS_PATH": str(self.collections), "ANSIBLE_ROLES_PATH": str(self.place / "roles")}
        done = subprocess.run(
            [PLAYBOOK, f"echodiary.infra.incident.{name}", "-i", str(self.inventory), *words],
            cwd=ROOT,
            env={**os.environ, **places, "STAND_IN": str(self.state), "ANSIBLE_FORCE_COLOR": "0"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode != 0, done.stdout
        return " ".join((done.stdout + done.stderr).split())

    def looked_at(self) -> set[str]:
        log = self.state / "log"
        return {line.split()[0] for line in log.read_text().splitlines()} if log.exists() else set()

    def history(self, host: str) -> list[dict[str, Any]]:
        path = self.state / f"history.{host}"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def fleet(tmp_path: Path) -> Two:
    return Two(tmp_path)


def test_one_is_deployed_where_it_runs_and_has_a_history_and_a_pin_of_its_own(fleet: Two) -> None:
    fleet.run("-e", "component=shop")
    assert fleet.serving() == [SHOP, V1], fleet.output
    assert [(one["component"], one["outcome"]) for one in fleet.history("app1")] == [("shop", "succeeded")]
    assert fleet.history("app2") == []
    assert f"shop_image: {SHOP}" in fleet.pin.read_text().replace('"', "")
    assert fleet.lease() is None
    # what was good of the other one is no way back for this one, whether or not its entries say whose they are
    with (fleet.state / "history.app1").open("a") as file:
        for number, more in enumerate(({}, {"component": "echodiary"})):
            entry = {"id": f"x{number}", "kind": "deploy", "outcome": "succeeded", "digest": V2, "at": f"2026-01-0{number + 1}T00:00:00Z"}
            file.write(json.dumps({**entry, **more}) + "\n")
    fleet.run("-e", "component=shop", deploy_kind="rollback")
    assert "nothing to go back to" in fleet.output
    assert "echodiary.infra.deploy -e release=<tag or digest> -e component=shop" in fleet.output.replace("\n", " ")
    assert fleet.serving() == [SHOP, V1]


def test_a_release_that_nobody_asks_is_migrated_for_and_of_the_one_before_it_is_not_claimed_that_it_is_well(fleet: Two) -> None:
    (fleet.place / "roles/shop/component.yml").write_text("release: {service: web, migrate: {command: [migrate]}}\n")
    (fleet.state / "more").write_text(json.dumps({"slot": "blue", "migrate": "command"}))
    fleet.run("-e", "component=shop", deploy_backup_tasks=str(DEPLOY.parent / "tasks/backup.yml"))
    assert fleet.done("app1") == ["migrated", "present"], fleet.output
    assert "nothing to back up: component.yml of shop" in fleet.output
    [entry] = fleet.history("app1")
    assert (entry["outcome"], entry.get("gates", {})) == ("succeeded", {})


def test_one_that_cannot_be_saved_as_it_declares_is_not_migrated(fleet: Two) -> None:
    (fleet.place / "roles/shop/component.yml").write_text(
        "release: {service: web, migrate: {command: [migrate]}}\ndatabase: {host: db, name: shop, user: shop, backup: {image: postgres}}\n"
    )
    (fleet.state / "more").write_text(json.dumps({"slot": "blue", "migrate": "command"}))
    fleet.run("-e", "component=shop", deploy_backup_tasks=str(DEPLOY.parent / "tasks/backup.yml"))
    assert "shop: component.yml: database: lacks password" in fleet.output
    assert (fleet.done("app1"), fleet.serving()) == ([], [V1, V1])
    assert fleet.lease() is None


def test_where_there_are_several_one_has_to_be_named(fleet: Two) -> None:
    assert fleet.run() != 0
    said = " ".join(fleet.output.split())
    assert "which component? echodiary, shop" in said
    assert "ansible-playbook echodiary.infra.deploy -e component=shop" in said
    assert (fleet.serving(), fleet.outcomes()) == ([V1, V1], ["", ""])
    assert not (fleet.place / "lease").exists()


@pytest.mark.parametrize("name", ["scale_workers", "rotate_secret", "db_locks", "db_connections"])
def test_an_incident_looks_only_where_it_runs_and_refuses_what_it_cannot_ask_by_name(fleet: Two, name: str) -> None:
    words = ["--check", *(["-e", "workers=4"] if name == "scale_workers" else [])]
    said = fleet.incident(name, "-e", "component=shop", *words)
    assert "shop has no workers" in said or "shop on app1 knows no database" in said, said
    assert fleet.looked_at() == {"app1"}
    assert "which component? echodiary, shop" in fleet.incident(name, *words)


def return_host(fleet: Two) -> str:
    """What it says."""
    act = ROOT / "collections/ansible_collections/echodiary/infra/playbooks/incident/tasks/return-host/act.yml"
    os.environ.update(ANSIBLE_COLLECTIONS_PATH=str(fleet.collections), STAND_IN=str(fleet.state))
    try:
        fleet.play([{"name": "Act", "ansible.builtin.include_tasks": str(act)}])
    finally:
        del os.environ["ANSIBLE_COLLECTIONS_PATH"], os.environ["STAND_IN"]
    return " ".join(fleet.output.split())


def test_a_host_where_one_does_not_serve_stays_out_of_traffic(fleet: Two) -> None:
    assert "no slot of shop serves on app1, which stays out of traffic" in return_host(fleet)
    assert fleet.marked("through") == []


def test_one_that_serves_and_that_nobody_asks_keeps_no_host_out_of_traffic(fleet: Two) -> None:
    (fleet.place / "roles/shop/component.yml").write_text("release: {service: web}\n")
    (fleet.state / "more").write_text(json.dumps({"slot": "blue"}))
    said = return_host(fleet)
    assert "stays out of traffic" not in said
    assert "no condition" not in said
    assert "Let it in" in said, said
