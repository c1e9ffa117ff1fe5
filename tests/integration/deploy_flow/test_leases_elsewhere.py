# SPDX-License-Identifier: GPL-3.0-or-later
"""Leases in a table: what is asked for in the fleet's name works while the first application host is down."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.strict.server import Server
from tests.integration.deploy_flow.fleet_play import PLAYBOOK, ROOT
from tests.integration.deploy_flow.test_role import V1, V2, Deploys
from tests.integration.deploy_lock.tables import Lock


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def lock(running: Server) -> Lock:
    running.reset()
    return Lock(running)


@pytest.fixture
def fleet(tmp_path: Path, lock: Lock) -> Deploys:
    """app1, where the file would be, answers nobody; what it served, it serves."""
    fleet = Deploys(tmp_path)
    inventory = json.loads(fleet.inventory.read_text())
    gone = inventory["monitoring"]["hosts"]["mon1"]
    inventory["app"]["hosts"]["app1"] = {**gone, "ansible_python_interpreter": "/usr/bin/python3"}
    inventory["all"]["vars"].update(lock.variables, echodiary_secrets_source="inventory", echodiary_secrets={})
    fleet.inventory.write_text(json.dumps(inventory))
    return fleet


def playbook(fleet: Deploys, name: str, *words: str) -> int:
    """Where it reports, in ``drift`` beside the inventory."""
    where = {"ECHODIARY_DRIFT_DIRECTORY": str(fleet.place / "drift")} if name == "drift" else {}
    done = subprocess.run(
        [PLAYBOOK, "-i", str(fleet.inventory), f"echodiary.infra.{name}", *words],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_FORCE_COLOR": "0", "ANSIBLE_TIMEOUT": "3", **where},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    fleet.output = done.stdout + done.stderr
    return done.returncode


PART = ("--limit", "app2")


def test_a_deploy_and_a_rollback_to_the_hosts_there_are(fleet: Deploys, lock: Lock) -> None:
    fleet.deploy(*PART, deploy_partial=True)
    assert (fleet.serving(), fleet.marked("through")) == ([V1, V2], ["app2"]), fleet.output
    assert lock.journal() == ["acquired", "released"]
    rollback = {"deploy_kind": "rollback", "deploy_partial": True, "release": V1, "wanted": V1, "echodiary_image": V1}
    fleet.deploy(*PART, **rollback)
    assert (fleet.serving(), fleet.marked("rescued")) == ([V1, V1], []), fleet.output
    assert lock.journal() == ["acquired", "released"] * 2
    assert not (fleet.place / "lease").exists()


def test_who_comes_second_is_refused_and_told_who_is_first(fleet: Deploys, lock: Lock) -> None:
    lock.ask("acquired", owner="ann", reason="a deploy of hers")
    fleet.deploy(*PART, deploy_partial=True)
    assert "held by ann" in fleet.output
    assert "a deploy of hers" in fleet.output
    assert (fleet.serving(), fleet.marked("through")) == ([V1, V1], [])


def test_whoever_lost_the_lease_in_the_table_touches_nothing_more(fleet: Deploys, lock: Lock) -> None:
    """Somebody ends it by force while the host rolls, and the next phase finds that."""
    unlock = {"reason": "it hangs"}
    by_force = f"exec {PLAYBOOK} -i {fleet.inventory} echodiary.infra.unlock -e '{json.dumps(unlock)}' </dev/null"
    fleet.meanwhile("app2", "present", f"cd {ROOT}; unset ANSIBLE_COLLECTIONS_PATH; {by_force}")
    fleet.deploy(*PART, deploy_partial=True)
    assert lock.journal() == ["acquired", "forced"], fleet.output
    assert "was lost" in fleet.output
    assert (fleet.done("app2"), fleet.marked("rescued")) == (["present"], ["app2"]), "it is not taken back, either"


def test_lock_and_unlock(fleet: Deploys, lock: Lock) -> None:
    assert playbook(fleet, "lock", "-e", '{"reason": "moving the database", "hours": 2}') == 0, fleet.output
    held: Any = lock.ask("read")["lease"]
    assert (held["reason"], held["ttl"]) == ("moving the database", 7200.0)
    assert playbook(fleet, "unlock", "-e", '{"reason": "moved"}') == 0, fleet.output
    assert lock.journal() == ["acquired", "forced"]


@pytest.mark.full
def test_freeze_and_unfreeze(fleet: Deploys, lock: Lock) -> None:
    assert playbook(fleet, "incident.freeze", "-e", '{"reason": "holidays", "freeze_until": "2099-01-01"}') == 0, fleet.output
    assert lock.ask("read")["freeze"]["active"]
    fleet.deploy(*PART, deploy_partial=True)
    assert "holidays" in fleet.output
    assert playbook(fleet, "incident.unfreeze", "-e", '{"reason": "back"}') == 0, fleet.output
    assert lock.ask("read")["freeze"] is None


@pytest.mark.full
def test_an_incident_on_that_very_host_has_its_lease(fleet: Deploys, lock: Lock) -> None:
    """It would be restarted from outside; here there is nothing to restart, and the lease is given back all the same."""
    words = ("-e", "host=app1", "-e", "confirm=app1", "-e", "last=true", "-e", "method=container", "-e", '{"reason": "hangs"}')
    assert playbook(fleet, "incident.restart_host", *words) != 0
    assert [event["reason"].split(":")[0] for event in lock.ask("read")["journal"]] == ["restart-host app1"] * 2, fleet.output
    assert lock.journal() == ["acquired", "released"]


def test_a_check_tells_who_deploys(fleet: Deploys, lock: Lock) -> None:
    inventory = json.loads(fleet.inventory.read_text())
    inventory["all"]["vars"]["components"] = []
    fleet.inventory.write_text(json.dumps(inventory))
    for held in (False, True):
        if held:
            lock.ask("acquired", owner="ann", reason="a deploy of hers")
        playbook(fleet, "drift", *PART)
        notes = json.loads((fleet.place / "drift/here/report.json").read_text())["notes"]
        assert ["held by ann" in note and "a deploy of hers" in note for note in notes] == [True] * held, fleet.output
