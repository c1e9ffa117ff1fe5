# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy looks at ahead of its lease, and what it does with a rehearsal: with stand-ins for that, and for what asks a release.

Lease, plan, verdict and order of events are the real ones.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.deploy_flow.fleet_play import HOSTS
from tests.integration.deploy_flow.test_role import V1, V2, Deploys

#: Alembic is asked of a release that has an environment file; ``pending`` says what is pending until it is migrated
ALEMBIC = """
import os, pathlib, subprocess
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    _supports_check_mode = True
    def run(self, tmp=None, task_vars=None):
        place = pathlib.Path(os.environ["STAND_IN"])
        with open(place / "asked", "a") as log:
            log.write("alembic\\n")
        pending = (place / "pending").read_text().split()
        meanwhile = place / "meanwhile"
        if meanwhile.exists():
            subprocess.run(["sh", str(meanwhile)], check=True)
            meanwhile.unlink()
        found = {"changed": False, "failed": False, "msg": "", "before": ["1"], "current": ["1"], "driver": "postgresql", "fit": True}
        found.update(pending=[{"revision": one} for one in pending], applied=[])
        if self._task.check_mode:
            return found
        (place / "pending").write_text("")
        return {**found, "changed": True, "current": pending[-1:], "applied": pending}
"""
REHEARSAL = """
import os, pathlib, subprocess
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    _supports_check_mode = True
    def run(self, tmp=None, task_vars=None):
        place, args = pathlib.Path(os.environ["STAND_IN"]), self._task.args
        lease = place.parent / "lease/deploy.json"
        held = lease.exists() and '"lease": null' not in lease.read_text()
        with open(place / "asked", "a") as log:
            log.write(f"rehearsal {' '.join(args['pending'])} {'held' if held else 'free'} {self._task.delegate_to}\\n")
        script = place / "rehearsal"
        if script.exists():
            subprocess.run(["sh", str(script)], check=True)
        refused = (place / "refuses").exists()
        return {"changed": False, "failed": refused, "msg": "0005 ran: " + ("refused" if refused else "passed")}
"""
DATABASE = """
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    _requires_connection = False
    def run(self, tmp=None, task_vars=None):
        return {"changed": False, "declared": True, "method": "dump", "host": "app2", "msg": ""}
"""
#: of what else asks the release or its database
NOTHING = """
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    _supports_check_mode = True
    def run(self, tmp=None, task_vars=None):
        return {"changed": False, "notes": [], "msg": ""}
"""


class Migrating(Deploys):
    def __init__(self, place: Path) -> None:
        super().__init__(place)
        actions = self.collections / "ansible_collections/echodiary/infra/plugins/action"
        stand_ins = {"alembic": ALEMBIC, "rehearsal": REHEARSAL, "component_database": DATABASE, "database_roles": NOTHING}
        for name, text in stand_ins.items():
            (actions / f"{name}.py").unlink()
            (actions / f"{name}.py").write_text(text)
        release = actions / "release.py"
        release.write_text(release.read_text().replace('"prepared": {"directory": ""}', '"prepared": {"env_file": "e", "volumes": []}'))
        release.write_text(release.read_text().replace('more.get("migrate", "")', '"alembic"'))
        self.pending("0005")

    def pending(self, *revisions: str) -> None:
        (self.state / "pending").write_text(" ".join(revisions))

    def asked(self) -> list[str]:
        return (self.state / "asked").read_text().splitlines()

    def prepared(self) -> int:
        """How often every host was."""
        lines = (self.state / "log").read_text().splitlines()
        return len([line for line in lines if line == "app2 prepared"])


@pytest.fixture
def fleet(tmp_path: Path) -> Migrating:
    return Migrating(tmp_path)


def test_what_is_refused_has_touched_nothing(fleet: Migrating) -> None:
    """Not even the lease: nobody waited for it."""
    (fleet.state / "refuses").touch()
    fleet.deploy()
    assert "refused before anything was touched" in fleet.output and "0005 ran: refused" in fleet.output, fleet.output
    assert fleet.serving() == [V1, V1] and not (fleet.place / "lease/deploy.json").exists()
    assert fleet.asked() == ["alembic", "rehearsal 0005 free app2"], "mon1 has no Docker"
    assert fleet.outcomes() == ["", ""]


def test_without_a_migration_nothing_is_looked_at_twice(fleet: Migrating) -> None:
    fleet.pending()
    fleet.deploy()
    assert (fleet.serving(), fleet.asked(), fleet.prepared()) == ([V2, V2], ["alembic"], 1), fleet.output
    for host in HOSTS:
        record = json.loads((fleet.state / f"history.{host}").read_text().splitlines()[-1])
        assert record["digest_before"] == V1, "what was seen ahead is known to the end"


@pytest.mark.full
def test_after_a_rehearsal_all_of_it_is_looked_at_again(fleet: Migrating) -> None:
    fleet.deploy()
    # before, under the lease, and to migrate
    assert fleet.asked() == ["alembic", "rehearsal 0005 free app2", "alembic", "alembic"], fleet.output
    assert (fleet.serving(), fleet.prepared()) == ([V2, V2], 2)


@pytest.mark.full
def test_who_deployed_meanwhile_makes_it_be_looked_at_again(fleet: Migrating) -> None:
    """Between the look and the lease: its token is not the one that was foretold, and what is pending now is rehearsed then."""
    other = {"version": 1, "token": 7, "freeze": None, "lease": None}
    fleet.pending()
    (fleet.place / "lease").mkdir()
    script = f"printf '%s' '{json.dumps(other)}' > {fleet.place}/lease/deploy.json; printf 0006 > {fleet.state}/pending"
    (fleet.state / "meanwhile").write_text(script)
    fleet.deploy()
    assert fleet.prepared() == 2 and "rehearsal 0006 held app2" in fleet.asked(), fleet.output
    assert fleet.serving() == [V2, V2]


@pytest.mark.full
@pytest.mark.parametrize("word", ["off", "warn"])
def test_whether_it_is_rehearsed(fleet: Migrating, word: str) -> None:
    fleet.deploy(deploy_rehearse=word)
    assert any(line.startswith("rehearsal") for line in fleet.asked()) == (word == "warn")


@pytest.mark.full
def test_a_preview_says_what_would_be_rehearsed(fleet: Migrating) -> None:
    assert fleet.deploy("--check") == 0, fleet.output
    assert "rehearsal 0005 free app2" in fleet.asked() and "0005 ran" in fleet.output
