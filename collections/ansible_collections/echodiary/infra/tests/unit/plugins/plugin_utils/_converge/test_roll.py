# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller does when a host says that it would roll a release: who is asked, when, and what is converged then."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import action as actions
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import behind, migrate
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
        self.found: dict[str, Any] = {}
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
        if name == behind.ACTION:
            self.asked.append(f"{arguments['state']} behind the load balancer")
            return self.found[arguments["state"]]
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


BALANCED: dict[str, Any] = {"aws_environment": {"balancer": {"domain": "diary.example.com"}}, "echodiary_environment": "production"}


def found(**states: str) -> dict[str, Any]:
    """What the load balancer finds; a host that is ``out`` is isolated."""
    hosts = {host: {"instance": "i", "isolated": "since" if state == "out" else "", "state": state} for host, state in states.items()}
    return {"group": "echodiary-production-app", "hosts": hosts, "msg": "looked at"}


@pytest.fixture
def balanced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fleet:
    monkeypatch.setattr(behind.constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    fleet = Fleet(monkeypatch, FREE)
    fleet.run.vars = {**VARIABLES, **BALANCED, "groups": {"app": ["app1", "app2"], "all": ["app1", "app2"]}}
    fleet.found = {"read": found(app1="healthy", app2="healthy"), "healthy": found(app2="healthy")}
    return fleet


def test_behind_a_load_balancer_it_is_asked_before_and_after(balanced: Fleet) -> None:
    assert balanced.converge()["web"]["health"] == "Healthy"
    assert balanced.asked == [
        "edge:changed web:needs", "read behind the load balancer", "lease on app1", "web:changed beside:changed",
        "healthy behind the load balancer",
    ]  # fmt: skip


def test_while_the_schema_is_brought_along_others_may_roll(balanced: Fleet) -> None:
    """The first host among them, which the others wait for."""
    balanced.migrates, balanced.running = True, "before"
    balanced.converge()
    asked = ["read behind the load balancer", "lease on app1"]
    assert balanced.asked == [
        "edge:changed web:needs", *asked, "web:needs", "migrate", "web:needs", *asked, "web:changed beside:changed",
        "healthy behind the load balancer",
    ]  # fmt: skip


def test_what_the_load_balancer_does_not_find_well_afterwards_is_not_well_and_served(balanced: Fleet) -> None:
    balanced.found["healthy"] = {"failed": True, "msg": "the load balancer does not find app2 healthy: unhealthy"}
    web = balanced.converge()["web"]
    assert (web["status"], web["health"]) == ("changed", "Degraded") and "app2 healthy: unhealthy" in web["msg"]


def test_beside_a_host_that_is_not_well_nothing_rolls_and_everything_else_goes_on(balanced: Fleet) -> None:
    balanced.found["read"] = found(app1="unhealthy", app2="healthy")
    done = balanced.converge()
    assert balanced.asked == ["edge:changed web:needs", "read behind the load balancer", "beside:changed"]
    assert done["web"]["status"] == "failed" and "app1 healthy: unhealthy" in done["web"]["msg"] and done["beside"]["status"] == "changed"


@pytest.mark.parametrize(
    ("seen", "watched"),
    [
        (found(app1="out", app2="healthy"), True),
        # it may be about to be mended, and nobody is lost by it
        (found(app1="healthy", app2="unhealthy"), False),
        (found(app1="unhealthy", app2="unhealthy"), False),
        (found(app1="healthy", app2="out"), False),
        # AWS does not answer
        ({"group": "echodiary-production-app", "hosts": {}, "msg": "could not be asked"}, False),
        ({"failed": True, "msg": "could not be asked"}, False),
    ],
)
def test_who_serves_nobody_there_rolls_and_is_not_waited_for(balanced: Fleet, seen: dict[str, Any], watched: bool) -> None:
    balanced.found["read"] = seen
    assert balanced.converge()["web"]["status"] == "changed"
    assert ("healthy behind the load balancer" in balanced.asked) is watched


def test_one_host_rolls_after_the_other(balanced: Fleet) -> None:
    first, second = behind.Turn(balanced.run), behind.Turn(balanced.run)
    assert first.taken("web") == ""
    waits = threading.Thread(target=second.taken, args=["web"])
    waits.start()
    waits.join(0.2)
    assert waits.is_alive() and not second.component
    first.left()
    waits.join(10)
    assert second.component == "web"
    second.left()
