# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs on a real directory: components that are only files, so that neither systemd nor Docker is needed."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import health, staging
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import units
from ansible_collections.echodiary.infra.plugins.module_utils._run import main
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import directory, file, spec


class Host:
    """A directory that stands for a host."""

    def __init__(self, place: Path) -> None:
        self.root = place / "root"
        self.state = place / "state"
        self.root.mkdir()

    def run(self, *specs: dict[str, Any], check: bool = False) -> dict[str, Any]:
        claimed = [path for one in specs for path in [*one["files"], *one["links"], *one["directories"]]]
        names = [one["name"] for one in specs]
        given = {"check": check, "components": list(specs), "claimed": claimed, "declared": names, "state_dir": str(self.state)}
        return json.loads(json.dumps(main.run(given)))

    def component(self, *specs: dict[str, Any], check: bool = False) -> dict[str, Any]:
        """The result of the last component."""
        return self.run(*specs, check=check)["components"][-1]

    def path(self, name: str) -> str:
        return str(self.root / name)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setattr(health, "wait", lambda look, *_: look())
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(main, "LOCK", str(tmp_path / "lock"))
    monkeypatch.setattr(staging, "BASE", str(tmp_path))
    return Host(tmp_path)


def told(component: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(Path(c["resource"]).name, c["action"], c["origin"]) for c in component["changes"]]


def demo(host: Host, content: str = "one", **more: Any) -> dict[str, Any]:
    return spec(files={host.path("a"): file(content), host.path("d/b"): file("b", "0600")}, **more)


def test_check_predicts_what_apply_reports_and_leaves_no_trace(host: Host) -> None:
    predicted = host.component(demo(host), check=True)
    assert list(host.root.iterdir()) == []
    assert not host.state.exists()
    done = host.component(demo(host))
    assert (predicted["sync"], done["sync"], done["status"]) == ("OutOfSync", "Synced", "changed")
    assert told(predicted) == told(done) == [("a", "create", "pending"), ("b", "create", "pending")]
    assert (host.root / "a").read_text() == "one"


def test_the_second_run_changes_nothing_and_says_so(host: Host) -> None:
    host.run(demo(host))
    before = {path: path.stat().st_mtime_ns for path in [*host.root.rglob("*"), *host.state.rglob("*")]}
    again = host.component(demo(host))
    assert (again["status"], again["sync"], again["changes"]) == ("ok", "Synced", [])
    assert {path: path.stat().st_mtime_ns for path in [*host.root.rglob("*"), *host.state.rglob("*")]} == before


@pytest.mark.parametrize(
    ("live", "wanted", "origin"),
    [("one", "two", "pending"), ("theirs", "one", "corrective"), ("theirs", "two", "conflict")],
)
def test_who_moved(host: Host, live: str, wanted: str, origin: str) -> None:
    host.run(demo(host))
    (host.root / "a").write_text(live)
    assert told(host.component(demo(host, wanted), check=True)) == [("a", "update", origin)]
    assert told(host.component(demo(host, wanted))) == [("a", "update", origin)]
    assert told(host.component(demo(host, wanted), check=True)) == []


def test_what_git_drops_goes_also_from_a_directory_that_is_only_watched(host: Host) -> None:
    owned = {host.path("d"): {"prune": False, "ignore": []}}
    host.run(demo(host, owned=owned))
    (host.root / "d/stray").write_text("x")
    done = host.component(spec(files={host.path("a"): file("one")}, owned=owned))
    assert ("b", "remove", "pending") in told(done)
    assert done["status"] == "changed"
    assert not (host.root / "d/b").exists()
    assert (host.root / "d/stray").exists()
    assert done["sync"] == "OutOfSync"


def test_a_file_that_moved_to_another_component_is_not_removed_by_the_first(host: Host) -> None:
    host.run(demo(host))
    heir = spec("heir", files={host.path("a"): file("one")})
    rest = spec(files={host.path("d/b"): file("b", "0600")})
    answer = host.run(rest, heir)
    assert [told(one) for one in answer["components"]] == [[], []]
    assert (host.root / "a").exists()


def test_strangers_are_pruned_where_that_was_asked_for(host: Host) -> None:
    owned = {host.path("d"): {"prune": True, "ignore": []}}
    host.run(demo(host, owned=owned))
    (host.root / "d/stray/deep").mkdir(parents=True)
    assert told(host.component(demo(host, owned=owned))) == [("stray", "remove", "corrective")]
    assert not (host.root / "d/stray").exists()


def test_a_rejected_configuration_touches_nothing_in_check_and_in_apply(host: Host) -> None:
    host.run(demo(host))
    reject = [{"command": ["sh", "-c", "echo line 7: no; exit 1"], "timeout": 5}]
    for check in (True, False):
        done = host.component(demo(host, "two", validate=reject), check=check)
        assert done["status"] == "failed"
        assert "line 7: no" in done["msg"]
        assert (host.root / "a").read_text() == "one"


def test_what_never_becomes_healthy_is_taken_back_with_the_reason(host: Host) -> None:
    host.run(demo(host))
    probe = [{"url": "http://127.0.0.1:1/", "status": 200, "json": {}, "deadline": 0}]
    done = host.component(demo(host, "two", health=probe))
    assert done["status"] == "taken_back"
    assert "127.0.0.1:1" in done["msg"]
    assert (host.root / "a").read_text() == "one"
    assert told(host.component(demo(host), check=True)) == []


def test_a_first_installation_that_fails_leaves_nothing(host: Host) -> None:
    probe = [{"url": "http://127.0.0.1:1/", "status": 200, "json": {}, "deadline": 0}]
    done = host.component(demo(host, health=probe, directories={host.path("data"): directory()}))
    assert done["status"] == "taken_back"
    assert list(host.root.iterdir()) == []
    assert not list(host.state.rglob("*.json"))


def test_the_components_after_a_failure_wait(host: Host) -> None:
    broken = spec("broken", files={host.path("x"): {**file("x"), "owner": "nobody-here"}})
    answer = host.run(broken, demo(host))
    assert [(one["name"], one["status"]) for one in answer["components"]] == [("broken", "failed")]
    assert (answer["stopped"], answer["rest"]) == (True, ["demo"])
    assert "nobody-here" in answer["components"][0]["msg"]
    assert list(host.root.iterdir()) == []


def test_check_looks_at_all_of_them(host: Host) -> None:
    broken = spec("broken", files={host.path("x"): {**file("x"), "owner": "nobody-here"}})
    answer = host.run(broken, demo(host), check=True)
    assert [one["status"] for one in answer["components"]] == ["failed", "ok"]


def test_secrets_leave_the_host_only_masked(host: Host) -> None:
    files = {host.path("s"): file("PASSWORD=hunter22", "0600", sensitive=True), host.path("open"): file("a\nkey hunter22\n")}
    answer = json.dumps(host.run(spec(files=files, secrets=["hunter22"])))
    assert "hunter22" not in answer
    assert not [path for path in host.state.rglob("*") if path.is_file() and b"hunter22" in path.read_bytes()]


def test_a_sensitive_file_has_no_diff(host: Host) -> None:
    host.run(spec(files={host.path("s"): file("unlisted-one", "0600", sensitive=True)}))
    answer = host.run(spec(files={host.path("s"): file("unlisted-two", "0600", sensitive=True)}), check=True)
    assert "unlisted" not in json.dumps(answer)


def test_an_attempt_that_was_killed_and_then_withdrawn_leaves_nothing_behind(host: Host) -> None:
    """Killed after the swap; git goes back to the old state before the next run: what only the attempt brought must go."""
    host.run(demo(host))
    attempt = demo(host, "two")
    attempt["files"][host.path("brought")] = file("x")
    child = os.fork()
    if child == 0:
        main.component.Converger._record = lambda _self: os._exit(9)  # type: ignore[method-assign]
        from ansible_collections.echodiary.infra.plugins.module_utils._converge.transaction import Transaction

        Transaction.commit = lambda _self: os._exit(9)  # type: ignore[method-assign]
        host.run(attempt)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert (host.root / "brought").exists()
    host.run(demo(host))
    assert (host.root / "a").read_text() == "one"
    assert not (host.root / "brought").exists()


def test_two_runs_at_once_wait_for_each_other(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "LOCK_WAIT", 0.3)
    with open(main.LOCK, "w", encoding="utf-8") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        answer = host.run(demo(host))
        assert answer["failed"]
        assert "another converge" in answer["msg"]
        assert list(host.root.iterdir()) == []
        assert not host.run(demo(host), check=True).get("failed"), "looking waits for nobody"
    assert not host.run(demo(host)).get("failed")


def test_without_root_it_says_what_to_do(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "become" in host.run(demo(host))["msg"]


def test_components_applied_once_and_no_longer_declared_are_named(host: Host) -> None:
    host.run(demo(host))
    assert host.run(spec("other"))["undeclared"] == ["demo"]


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for systemd: every unit is active. Returns the file that keeps what was asked, a line per question."""
    asked, program = tmp_path / "asked", tmp_path / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$*" >> {asked}\nprintf "LoadState=loaded\\nActiveState=active\\nUnitFileState=enabled\\n"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(units, "linked", lambda _folder: frozenset({"web.service"}))
    return asked


@pytest.mark.parametrize("check", [True, False])
def test_a_quiet_host_is_asked_for_its_units_once(host: Host, systemctl: Path, check: bool) -> None:
    quiet = spec(units={"web.service": {"state": "started", "enabled": True, "consumes": []}})
    result = host.component(quiet, check=check)
    assert (result["sync"], result["health"], result["changes"]) == ("Synced", "Healthy", [])
    assert len(systemctl.read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize("changed", [False, True])
def test_what_was_read_holds_until_a_component_is_changed(host: Host, systemctl: Path, changed: bool) -> None:
    def with_unit(name: str) -> dict[str, Any]:
        return spec(name, units={"web.service": {"state": "started", "consumes": []}})

    first = [with_unit("one"), *([] if changed else [demo(host)]), with_unit("two")]
    host.run(*first)
    systemctl.write_text("", encoding="utf-8")
    answer = host.run(with_unit("one"), demo(host), with_unit("two"))
    assert [one["status"] for one in answer["components"]] == ["ok", "changed" if changed else "ok", "ok"]
    assert len(systemctl.read_text(encoding="utf-8").splitlines()) == (2 if changed else 1)


def test_a_unit_that_is_not_well_is_looked_at_again(host: Host, systemctl: Path) -> None:
    program = systemctl.parent / "bin" / "systemctl"
    at_first = f"$(test $(wc -l < {systemctl}) = 1 && echo activating || echo active)"
    program.write_text(program.read_text(encoding="utf-8").replace("=active", f"={at_first}"), encoding="utf-8")
    unwell = spec(units={"web.service": {"state": "started", "consumes": []}})
    assert host.component(unwell)["health"] == "Healthy"
    assert len(systemctl.read_text(encoding="utf-8").splitlines()) == 2
