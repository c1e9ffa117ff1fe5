# SPDX-License-Identifier: GPL-3.0-or-later
"""A command that brings the schema along, where several hosts converge the component: it runs once, and the others know of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import action as actions
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import migrate, once
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import result as outcome
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge.loop import Lease, Loop
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge.run import Run
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._converge.test_roll import result

EMPTY: dict[str, Any] = {"files": {}, "links": {}, "directories": {}}
POLICY: dict[str, Any] = {"command": ["up"], "env_file": "", "volumes": [], "allow": [], "timeout": 9.0}


class Fleet:
    """``serving``: host to the image of ``shop`` that serves there. ``ran``: where the command did."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, serving: dict[str, str], batch: tuple[str, ...] = ()) -> None:
        self.serving, self.batch, self.ran = serving, list(batch), list[str]()
        #: what happens while somebody waits
        self.meanwhile: list[tuple[str, str]] = []
        monkeypatch.setattr(actions, "run_on", self.elsewhere)
        monkeypatch.setattr(once, "time", SimpleNamespace(monotonic=self.now, sleep=self.wait))
        self.clock = 0.0

    def now(self) -> float:
        return self.clock

    def wait(self, seconds: float) -> None:
        self.clock += seconds
        if self.meanwhile:
            host, image = self.meanwhile.pop(0)
            self.serving[host] = image

    def elsewhere(self, _: Any, host: str, name: str, arguments: dict[str, Any], __: Any) -> dict[str, Any]:
        if name == migrate.ROLES:
            return {"changed": False, "declared": False, "msg": "none declared"}
        assert (name, arguments) == ("echodiary.infra.release", {"component": f"own.{host}.shop", "state": "read"})
        if self.serving[host] == "lost":
            return {"failed": True, "msg": "unreachable"}
        return {"release": {"running": {"image": self.serving[host]} if self.serving[host] else None}}

    def converge(self, host: str, *, listed: bool = True) -> dict[str, dict[str, Any]]:
        """To image ``new``."""

        def call(manifest: dict[str, Any]) -> dict[str, Any]:
            if manifest.get("prepare"):
                self.ran.append(host)
                return {}
            first, *rest = [spec["name"] for spec in manifest["components"]]
            if first == "shop" and not manifest["components"][0]["release"]["migrated"]:
                needs = {"migrate": {"directory": "/d", "image": "new", "running": self.serving[host]}}
                return {"components": [result("shop", "needs")], "needs": needs, "rest": rest, "stopped": False}
            return {"components": [result(first, "changed")], "needs": None, "rest": rest, "stopped": False}

        known = {"groups": {}, "inventory_hostname": host, "ansible_play_batch": self.batch, "ansible_play_hosts_all": list(self.serving)}
        task = SimpleNamespace(check_mode=False)
        run = Run(SimpleNamespace(_task=task, _loader=None, _templar=None), known, call, str)
        run.specs.listing = lambda name: {one: f"own.{one}.{name}" for one in self.serving} if listed else {}  # type: ignore[method-assign]
        release = {"migrated": False, "permitted": True, "migrate": POLICY}
        specs: Any = [{"name": "shop", **EMPTY, "release": release}, {"name": "beside", **EMPTY, "release": None}]
        return outcome.merge(Loop(run, specs, Lease()).until_done())


def test_the_only_host_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(monkeypatch, {"app1": "old"})
    assert fleet.converge("app1")["shop"]["status"] == "changed"
    assert fleet.ran == ["app1"]


@pytest.mark.parametrize("host", ["app1", "app2"])
@pytest.mark.parametrize("listed", [True, False])
def test_where_several_serve_a_deploy_does_it_and_everything_else_goes_on(monkeypatch: pytest.MonkeyPatch, host: str, listed: bool) -> None:
    fleet = Fleet(monkeypatch, {"app1": "old", "app2": "old"})
    if not listed:
        monkeypatch.setattr(actions, "run_on", lambda *_: {})
    done = fleet.converge(host, listed=listed)
    assert (done["shop"]["status"], done["beside"]["status"], fleet.ran) == ("failed", "changed", [])
    assert "ansible-playbook echodiary.infra.deploy -e component=shop" in done["shop"]["msg"]


def test_what_the_first_host_serves_was_migrated_for(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(monkeypatch, {"app1": "new", "app2": "old", "app3": ""})
    assert [fleet.converge(host)["shop"]["status"] for host in ("app2", "app3")] == ["changed", "changed"]
    assert fleet.ran == []


def test_on_a_first_installation_the_first_runs_it_and_the_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(monkeypatch, {"app1": "", "app2": ""}, batch=("app1", "app2"))
    fleet.meanwhile = [("app1", "lost"), ("app1", "new")]
    assert fleet.converge("app2")["shop"]["status"] == "changed"
    assert (fleet.ran, fleet.clock) == ([], 2 * once.EVERY)
    fleet.serving["app1"] = ""
    fleet.converge("app1")
    assert fleet.ran == ["app1"]


@pytest.mark.parametrize(("batch", "longest"), [((), 0.0), (("app1", "app2"), POLICY["timeout"] + once.BEYOND + once.EVERY)])
def test_whoever_waits_in_vain_says_for_whom(monkeypatch: pytest.MonkeyPatch, batch: tuple[str, ...], longest: float) -> None:
    fleet = Fleet(monkeypatch, {"app1": "", "app2": ""}, batch=batch)
    done = fleet.converge("app2")
    assert (done["shop"]["status"], done["beside"]["status"], fleet.ran) == ("failed", "changed", [])
    assert "on app1" in done["shop"]["msg"]
    assert fleet.clock <= longest
