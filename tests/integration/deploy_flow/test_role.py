# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole role on two hosts that are this machine, with stand-ins for what rolls a release and for what tries its image: who is changed,
and what is left behind.

Lease, history, verdict and order of events are the real ones.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.integration.deploy_flow.fleet_play import HOSTS, ROOT, Fleet

V1, V2 = "registry/app@sha256:" + "1" * 64, "registry/app@sha256:" + "2" * 64
#: keeps what serves on a host in a file, fails where it is told to (3: it put the new release back), and does whatever else is to happen
STAND_IN = """
import json, os, pathlib, subprocess
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    _supports_check_mode = True
    def run(self, tmp=None, task_vars=None):
        place, host = pathlib.Path(os.environ["STAND_IN"]), task_vars["inventory_hostname"]
        state = self._task.args.get("state", "present")
        if state == "resolved":
            return {"changed": False, "image": task_vars["wanted"]}
        with open(place / "log", "a") as log:
            log.write(f"{host} {state}\\n")
        serving = place / f"serving.{host}"
        script = place / f"{state}.{host}"
        if script.exists():
            ran = subprocess.run(["sh", str(script)], capture_output=True, text=True)
            if ran.returncode:
                put_back = [{"name": "echodiary", "seconds": {"take_back": 1.0}}] if ran.returncode == 3 else []
                return {"failed": True, "changed": False, "msg": ran.stdout + ran.stderr, "components": put_back}
        before = serving.read_text()
        if state in ("prepared", "read"):
            running = {"image": before, "config": "c"}
            more = json.loads((place / "more").read_text()) if (place / "more").exists() else {}
            release = {"running": running, "slot": more.get("slot", ""), "previous": None}
            found = {"release": release, "prepared": {"directory": ""}, "environment": {}, "probes": []}
            return {"changed": False, **found, "migrate": more.get("migrate", "")}
        if state == "migrated":
            return {"changed": True, "migration": {"command": ["migrate"], "seconds": 1.0, "output": ""}}
        now = task_vars["first"] if state == "previous" else task_vars["wanted"]
        serving.write_text(now)
        release = {"slot": "blue", "image": now, "config": "c", "previous": {"image": before, "config": "c"}}
        return {"changed": now != before, "failed": False, "components": [{"name": "echodiary"}], "release": release}
"""

#: says of the image what it is told to: in ``breaks`` before it is started, in ``breaks.started`` after
TRIES = """
import os, pathlib
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    _supports_check_mode = True
    def run(self, tmp=None, task_vars=None):
        place, started = pathlib.Path(os.environ["STAND_IN"]), self._task.args.get("start", True)
        with open(place / "tried", "a") as log:
            log.write(f"{task_vars['inventory_hostname']} {'started' if started else 'seen'} {task_vars['echodiary_image']}\\n")
        said = place / ("breaks.started" if started else "breaks")
        named = said.read_text() if said.exists() else ""
        return {"changed": False, "failed": bool(named), "named": named, "msg": f"the image breaks {named}", "notes": [], "accepted": []}
"""


class Deploys(Fleet):
    """Playbooks of this role alone."""

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self.state = place / "state"
        self.state.mkdir()
        for host in HOSTS:
            (self.state / f"serving.{host}").write_text(V1)
        self.pin = place / "release.yml"
        self.collections = place / "collections"
        self._collection(self.collections / "ansible_collections/echodiary/infra")

    def _collection(self, copy: Path) -> None:
        """The collection as it is, but for the action that rolls a release."""
        whole = ROOT / "collections/ansible_collections/echodiary/infra"
        actions = copy / "plugins/action"
        actions.mkdir(parents=True)
        for source, target in ((whole, copy), (whole / "plugins", copy / "plugins"), (whole / "plugins/action", actions)):
            for path in source.iterdir():
                if path.name not in ("plugins", "action", "release.py", "image_contract.py", "__pycache__"):
                    (target / path.name).symlink_to(path)
        (actions / "release.py").write_text(STAND_IN)
        (actions / "image_contract.py").write_text(TRIES)

    def meanwhile(self, host: str, state: str, script: str) -> None:
        (self.state / f"{state}.{host}").write_text(script)

    def deploy(self, *words: str, around: dict[str, Any] | None = None, **variables: Any) -> int:
        """``around``: of the play, beside its variables."""
        given = {
            "first": V1, "wanted": V2, "echodiary_image": V2, "deploy_requests": [], "deploy_prometheus_host": "",
            "deploy_backup_tasks": "",
            "deploy_silence_tasks": "", "deploy_pin_file": str(self.pin), "deploy_canary": 0, **variables,
        }  # fmt: skip
        play = {
            "module_defaults": {
                "echodiary.infra.deploy_lock": {"directory": str(self.place / "lease")},
                "echodiary.infra.release_history": {"path": f"{self.state}/history.{{{{ inventory_hostname }}}}"},
            },
            "vars": given,
        }
        os.environ.update(ANSIBLE_COLLECTIONS_PATH=str(self.collections), STAND_IN=str(self.state))
        role = {"name": "Deploy", "ansible.builtin.include_role": {"name": "echodiary.infra.deploy"}}
        try:
            return self.play([role], *words, **{**play, **(around or {})})
        finally:
            del os.environ["ANSIBLE_COLLECTIONS_PATH"], os.environ["STAND_IN"]

    def serving(self) -> list[str]:
        return [(self.state / f"serving.{host}").read_text() for host in HOSTS]

    def done(self, host: str) -> list[str]:
        """What was done to it, looks left out."""
        lines = [line.split() for line in (self.state / "log").read_text().splitlines()]
        return [state for name, state in lines if name == host and state not in ("prepared", "read")]

    def tried(self) -> list[str]:
        """Where an image was tried, and whether it was started."""
        log = self.state / "tried"
        return [" ".join(line.split()[:2]) for line in log.read_text().splitlines()] if log.exists() else []

    def outcomes(self) -> list[str]:
        """The last record of each host."""
        files = [self.state / f"history.{host}" for host in HOSTS]
        return [json.loads(path.read_text().splitlines()[-1])["outcome"] if path.exists() else "" for path in files]

    def lease(self) -> dict[str, Any] | None:
        held: dict[str, Any] | None = json.loads((self.place / "lease/deploy.json").read_text())["lease"]
        return held


@pytest.fixture
def fleet(tmp_path: Path) -> Deploys:
    return Deploys(tmp_path)


def ended(fleet: Deploys, outcome: str) -> None:
    """For all hosts alike: a record on each, and the lease given back."""
    assert fleet.outcomes() == [outcome] * 2, fleet.output
    assert fleet.lease() is None
    assert fleet.marked("ended") == list(HOSTS)


def test_a_deploy_that_goes_well(fleet: Deploys) -> None:
    fleet.deploy()
    ended(fleet, "succeeded")
    assert fleet.serving() == [V2, V2]
    assert V2 in fleet.pin.read_text()


def test_who_rolled_beside_one_that_failed_goes_back(fleet: Deploys) -> None:
    fleet.meanwhile("app2", "present", "echo not ready; exit 1")
    fleet.deploy()
    assert (fleet.serving(), fleet.done("app1")) == ([V1, V1], ["present", "previous"]), fleet.output
    ended(fleet, "partial")  # nobody knows how far the one that did not answer in full had come
    assert not fleet.pin.exists()


def test_a_record_that_cannot_be_written_keeps_nobody_from_the_rest(fleet: Deploys) -> None:
    (fleet.state / "history.app1").mkdir()
    fleet.deploy()
    assert fleet.serving() == [V2, V2]
    assert fleet.lease() is None
    assert "done on every host" in fleet.output


def test_a_pin_that_cannot_be_written_takes_every_host_back(fleet: Deploys) -> None:
    fleet.deploy(deploy_pin_file=str(fleet.place / "nowhere/release.yml"))
    assert fleet.serving() == [V1, V1], fleet.output
    ended(fleet, "taken_back")


def test_what_another_hand_changes_meanwhile_is_no_success(fleet: Deploys) -> None:
    fleet.meanwhile("app2", "present", f"printf {V1} > {fleet.state}/serving.app1")
    fleet.deploy(deploy_canary=1)
    assert "done on every host" not in fleet.output
    assert "app1: serves" in fleet.output, fleet.output
    ended(fleet, "partial")


def test_whoever_lost_the_lease_touches_nothing_more(fleet: Deploys) -> None:
    """Neither the next batch nor, going back, what is somebody else's by then."""
    taken = '{"version": 1, "token": 9, "freeze": null, "lease": LEASE}'
    stamp = {"at": "2026-01-01T00:00:00Z", "uptime": 1e9, "boot": "x"}
    lease = {
        "token": 9,
        "owner": "ann",
        "reason": "by force",
        "run_url": "",
        "ttl": 900.0,
        "override": "",
        "acquired": stamp,
        "renewed": stamp,
    }
    (fleet.state / "taken").write_text(taken.replace("LEASE", json.dumps(lease)))
    fleet.meanwhile("app1", "present", f"cp {fleet.state}/taken {fleet.place}/lease/deploy.json")
    fleet.deploy(deploy_canary=1)
    assert (fleet.done("app1"), fleet.done("app2")) == (["present"], []), fleet.output
    assert fleet.outcomes() == ["partial"] * 2
    assert (fleet.lease() or {})["owner"] == "ann"


def test_a_part_of_the_hosts_is_refused_or_called_a_part(fleet: Deploys) -> None:
    fleet.deploy("--limit", "app1")
    assert "leaves app2 out" in fleet.output
    assert (fleet.serving(), fleet.outcomes()) == ([V1, V1], ["", ""]), fleet.output
    assert not (fleet.place / "lease/deploy.json").exists()
    fleet.deploy("--limit", "app1", deploy_partial=True)
    assert (fleet.serving(), fleet.outcomes()) == ([V2, V1], ["partial", ""]), fleet.output
    assert "left out: app2" in fleet.output
    assert not fleet.pin.exists()
