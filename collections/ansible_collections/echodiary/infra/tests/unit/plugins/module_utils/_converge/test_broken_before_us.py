# SPDX-License-Identifier: GPL-3.0-or-later
"""A hand's invalid file that its process never read: a change of ours that fails puts it back, and leaves the process alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import state
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import file, spec
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.directory_host import Host, host, probe_that_fails
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.systemd import UNIT, Service

__all__ = ["host"]


def validator(host: Host, word: str = "bad") -> list[dict[str, Any]]:
    return [{"command": ["sh", "-c", 'grep -n "$0" "$1" && exit 1; exit 0', word, "{staging}" + host.path("x.cfg")], "timeout": 5}]


def demo(host: Host, content: str = "one", **more: Any) -> dict[str, Any]:
    path = host.path("x.cfg")
    given = {"validate": validator(host), **more}
    return spec(files={path: file(content)}, units={UNIT: {"state": "started", "enabled": True, "consumes": [path]}}, **given)


@pytest.fixture
def service(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    made = Service(tmp_path, host.root / "x.cfg", monkeypatch)
    assert host.component(demo(host))["status"] == "changed"
    assert made.now("loaded") == "one"
    return made


def test_a_process_is_not_restarted_on_files_that_its_validator_rejects(host: Host, service: Service) -> None:
    service.config.write_text("one\nbad line")
    done = host.component(demo(host, "two", health=probe_that_fails()))
    assert done["status"] == "taken_back"
    assert service.config.read_text() == "one\nbad line", "it is somebody's work"
    assert service.now("active") == "active"
    assert service.now("loaded") in ("one", "two")
    assert "2:bad line" in done["msg"], "the validator's own words"
    assert "not restarted" in done["msg"]
    again = host.component(demo(host))
    assert (again["status"], service.now("loaded")) == ("changed", "one")


def test_where_the_previous_files_are_good_it_is_restarted_on_them(host: Host, service: Service) -> None:
    done = host.component(demo(host, "two", health=probe_that_fails()))
    assert done["status"] == "taken_back"
    assert "not restarted" not in done["msg"]
    assert (service.now("active"), service.now("loaded")) == ("active", "one")


def test_the_previous_files_are_judged_by_the_validators_of_their_time(host: Host, service: Service) -> None:
    """A new version's validator may reject what the old version, which comes back, was well with."""
    done = host.component(demo(host, "two", health=probe_that_fails(), validate=validator(host, "one")))
    assert done["status"] == "taken_back"
    assert (service.now("active"), service.now("loaded")) == ("active", "one")


def test_a_record_without_validators_leaves_the_judgement_to_the_declared_ones(host: Host, service: Service) -> None:
    path = Path(state.path_of(str(host.state), "demo"))
    path.write_text(json.dumps({key: value for key, value in json.loads(path.read_text()).items() if key != "validate"}))
    service.config.write_text("bad")
    host.component(demo(host, "two", health=probe_that_fails()))
    assert service.now("active") == "active"


def test_a_stopped_unit_is_not_started_on_files_that_are_no_good(host: Host, service: Service) -> None:
    service.config.write_text("bad")
    stopped = demo(host, health=probe_that_fails())
    stopped["units"][UNIT]["state"] = "stopped"
    starts = service.now("starts")
    done = host.component(stopped)
    assert done["status"] == "taken_back"
    assert service.now("starts") == starts


def test_a_first_installation_has_no_previous_files_to_judge(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(tmp_path, host.root / "x.cfg", monkeypatch)
    service.set("active", "inactive")
    service.set("enabled", "disabled")
    done = host.component(demo(host, health=probe_that_fails()))
    assert done["status"] == "taken_back"
    assert "no good" not in done["msg"]
    assert (service.now("active"), service.now("enabled")) == ("inactive", "disabled")
    assert list(host.root.iterdir()) == []


@pytest.mark.parametrize("check", [True, False])
def test_a_process_older_than_files_that_are_rejected_now_is_not_restarted(host: Host, service: Service, check: bool) -> None:
    """Nothing but the restart is to be done: an upgraded program, say, that takes its old configuration no more."""
    service.set("starts", "7")
    service.config.touch()
    starts = service.now("starts")
    done = host.component(demo(host, validate=validator(host, "one")), check=check)
    assert done["status"] == "failed"
    assert "1:one" in done["msg"]
    assert (service.now("active"), service.now("starts")) == ("active", starts)


@pytest.mark.parametrize("check", [True, False])
def test_a_restart_that_was_asked_for_is_refused_on_files_that_are_rejected(host: Host, service: Service, check: bool) -> None:
    starts = service.now("starts")
    done = host.component({**demo(host, validate=validator(host, "one")), "restart": True}, check=check)
    assert done["status"] == "failed"
    assert (service.now("active"), service.now("starts")) == ("active", starts)
