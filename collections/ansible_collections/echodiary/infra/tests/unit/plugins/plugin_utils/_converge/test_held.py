# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that a host holds until somebody came by a new connection: what the host is told then, and what is converged after it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import action as actions
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import result as outcome
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge.loop import Lease, Loop
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge.run import Run

NAMES = ["edge", "firewall", "beside"]
EMPTY: dict[str, Any] = {"files": {}, "links": {}, "directories": {}}


class Host:
    """``asked``: of each call the components, and what was said of those that are held."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
        self.asked: list[tuple[list[str], list[str]]] = []
        monkeypatch.setattr(actions, "connect_anew", lambda *_: why)
        action = SimpleNamespace(_task=SimpleNamespace(check_mode=False), _loader=None, _templar=None)
        self.run = Run(action, {"inventory_hostname": "app1"}, self.call, str)  # type: ignore[arg-type]

    def call(self, manifest: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(
            ([one["name"] for one in manifest["components"]], [one["held"] for one in manifest["components"] if "held" in one])
        )
        done: list[Any] = []
        for spec in manifest["components"]:
            held = spec["name"] == "firewall" and "held" not in spec
            status = "needs" if held else "taken_back" if spec.get("held") else "ok" if "held" in spec else "changed"
            done.append(
                {**outcome.skipped(spec["name"]), "status": status, "msg": spec.get("held", ""), "sync": "Synced", "health": "Healthy"}
            )
            if held or status == "taken_back":
                break
        rest = [spec["name"] for spec in manifest["components"][len(done) :]]
        return {"components": done, "needs": {"held": True} if done[-1]["status"] == "needs" else None, "rest": rest,
                "stopped": done[-1]["status"] == "taken_back", "manager": "apt"}  # fmt: skip

    def converged(self) -> dict[str, str]:
        specs: Any = [{"name": name, **EMPTY} for name in NAMES]
        found = outcome.summary(Loop(self.run, specs, Lease()).until_done(), NAMES, check=False)
        return {one["name"]: one["status"] for one in found["components"]}


def test_whoever_came_by_a_new_connection_says_so_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(monkeypatch, "")
    assert host.converged() == dict.fromkeys(NAMES, "changed")
    assert host.asked == [(NAMES, []), (NAMES[1:], [""])]


def test_whoever_could_not_says_why_and_nothing_comes_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(monkeypatch, "Connection timed out")
    assert host.converged() == {"edge": "changed", "firewall": "taken_back", "beside": "skipped"}
    assert host.asked[1] == (NAMES[1:], ["no new connection comes to the host with it: Connection timed out"])


class Connection:
    """As Ansible's: ``options`` are those of ssh."""

    def __init__(self, transport: str, code: int) -> None:
        self.transport, self._code, self.closed = transport, code, False
        self.options: dict[str, Any] = {"ssh_args": "-o ControlMaster=auto -o ControlPersist=15m"}

    def set_option(self, name: str, value: Any) -> None:
        self.options[name] = value

    def get_option(self, name: str) -> Any:
        return self.options[name]

    def exec_command(self, _: str) -> tuple[int, bytes, bytes]:
        return self._code, b"", b"ssh: no\nroute"

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("code", "why"), [(0, ""), (255, "ssh: no route")])
def test_a_new_connection_is_not_a_shared_one(monkeypatch: pytest.MonkeyPatch, code: int, why: str) -> None:
    there = Connection("ssh", code)
    monkeypatch.setattr(actions, "_connection", lambda *_: there)
    assert actions.connect_anew(None, {}) == why  # type: ignore[arg-type]
    assert there.options["ssh_args"].startswith("-o ControlMaster=no -o ControlPath=none ")
    assert there.closed


def test_one_that_is_no_ssh_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Connection("local", 0)
    monkeypatch.setattr(actions, "_connection", lambda *_: there)
    assert actions.connect_anew(None, {}) == ""  # type: ignore[arg-type]
    assert "ControlPath" not in there.options["ssh_args"]
