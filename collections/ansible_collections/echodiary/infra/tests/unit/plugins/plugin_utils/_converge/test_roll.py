# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller does when a host says that it would roll a release: who is asked, when, and what is converged then."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import action as actions
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import migrate
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import result as outcome
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge.loop import Lease, Loop
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge.run import Run

FREE: dict[str, Any] = {"held": False, "lease": None, "freeze": None, "msg": "free"}
HELD: dict[str, Any] = {**FREE, "held": True, "lease": {"token": 1}, "msg": "held by ann"}
VARIABLES = {"groups": {"app": ["app1"]}, "inventory_hostname": "app2"}


class Fleet:
    """A host that would roll ``web``, and a lease host; ``asked`` is in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, lease: dict[str, Any], *, migrates: bool = False) -> None:
        self.asked: list[str] = []
        self.roles: dict[str, Any] = {"changed": False, "declared": False, "msg": "none declared"}
        self.running = ""
        self.lease, self.migrates = lease, migrates
        task, templar = SimpleNamespace(check_mode=False), SimpleNamespace(template=lambda value: value)
        self.run = Run(SimpleNamespace(_task=task, _loader=None, _templar=templar), VARIABLES, self.call, str)
        monkeypatch.setattr(actions, "run_on", self.elsewhere)
        monkeypatch.setattr(actions, "run", lambda *_: self.asked.append("migrate") or {})

    def specs(self) -> list[dict[str, Any]]:
        empty: dict[str, Any] = {"files": {}, "links": {}, "directories": {}}
        release = {
            "migrated": not self.migrates,
            "permitted": False,
            "migrate": {"env_file": "e", "volumes": [], "allow": [], "command": []},
        }
        return [{"name": name, **empty, "release": release if name == "web" else None} for name in ("edge", "web", "beside")]

    def call(self, manifest: dict[str, Any]) -> dict[str, Any]:
        done, needs = [], None
        for spec in manifest["components"]:
            needs = self.needs(spec["release"]) if spec["release"] else None
            done.append(result(spec["name"], "needs" if needs else "changed"))
            if needs:
                break
        self.asked.append(" ".join(f"{one['name']}:{one['status']}" for one in done))
        rest = [spec["name"] for spec in manifest["components"][len(done) :]]
        return {"components": done, "needs": needs, "rest": rest, "stopped": False, "manager": "apt"}

    def needs(self, release: dict[str, Any]) -> dict[str, Any] | None:
        empty: dict[str, Any] = {"packages": [], "users": [], "sysctl": {}}
        if not release["permitted"]:
            return {**empty, "roll": True}
        return None if release["migrated"] else {**empty, "migrate": {"image": "i", "running": self.running, "directory": "/d"}}

    def elsewhere(self, _: Any, host: str, name: str, arguments: dict[str, Any], __: Any) -> dict[str, Any]:
        if name == migrate.ROLES:
            self.asked.append(f"roles of {arguments['component']} on {host}")
            return self.roles
        assert (name, arguments) == ("echodiary.infra.deploy_lock", {"state": "read"})
        self.asked.append(f"lease on {host}")
        return self.lease

    def converge(self) -> dict[str, dict[str, Any]]:
        return outcome.merge(Loop(self.run, self.specs(), Lease()).until_done())


def result(name: str, status: str) -> dict[str, Any]:
    return {"name": name, "status": status, "sync": "Synced", "health": "Healthy", "msg": "", "changes": [], "notes": [], "seconds": {}}


def test_the_lease_is_asked_where_it_is_and_then_it_rolls(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(monkeypatch, FREE)
    done = fleet.converge()
    assert fleet.asked == ["edge:changed web:needs", "lease on app1", "web:changed beside:changed"]
    assert done["web"]["status"] == "changed"


def test_beside_somebody_elses_deploy_everything_else_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(monkeypatch, HELD, migrates=True)
    done = fleet.converge()
    assert fleet.asked == ["edge:changed web:needs", "lease on app1", "beside:changed"]
    assert {name: one["status"] for name, one in done.items()} == {"edge": "changed", "web": "failed", "beside": "changed"}
    assert "held by ann" in done["web"]["msg"]


def test_after_a_migration_it_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(monkeypatch, FREE, migrates=True)
    fleet.running = "before"
    fleet.converge()
    assert fleet.asked == [
        "edge:changed web:needs", "lease on app1", "web:needs", "migrate", "web:needs", "lease on app1", "web:changed beside:changed",
    ]  # fmt: skip


def test_before_the_first_release_the_roles_of_its_database_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(monkeypatch, FREE, migrates=True)
    fleet.converge()
    assert fleet.asked[2:5] == ["web:needs", "roles of web on app2", "migrate"]
    fleet.asked, fleet.roles = [], {"failed": True, "msg": "no administrator"}
    done = fleet.converge()
    assert "migrate" not in fleet.asked
    assert "no administrator" in done["web"]["msg"]
