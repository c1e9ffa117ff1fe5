# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import run
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import units
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Applied
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import unit

#: of test_removal
EXAMPLE = ("x.service", {"x.service": {"consumes": [], "state": "started", "enabled": True}}, unit())

SHOWN = """\
Type=notify
ExecMainStartTimestampMonotonic=12500000
MainPID=42
Result=success
Id=haproxy.service
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
NeedDaemonReload=no
InvocationID=abc

Type=oneshot
ExecMainStartTimestampMonotonic=0
MainPID=0
Id=once.service
LoadState=loaded
ActiveState=inactive
UnitFileState=static
NeedDaemonReload=yes
InvocationID=

Id=gone.service
LoadState=not-found
ActiveState=inactive
UnitFileState=

Id=masked.service
LoadState=masked
ActiveState=inactive
UnitFileState=masked
"""
NAMES = ["haproxy.service", "once.service", "gone.service", "masked.service"]


def test_one_answer_for_all_units() -> None:
    found = units.parse(SHOWN, NAMES, 1_000_000.0, units.Links(frozenset({"haproxy.service"})))
    assert list(found) == NAMES
    haproxy, once = found["haproxy.service"], found["once.service"]
    assert (haproxy.active, haproxy.enabled, haproxy.pid, haproxy.identity) == ("active", True, 42, "abc")
    assert haproxy.started_at == pytest.approx(1_000_012.5)
    assert (once.oneshot, once.enabled, once.needs_daemon_reload, once.started_at) == (True, True, True, 0.0)
    assert found["gone.service"].load == "not-found"
    assert found["masked.service"].masked and not found["masked.service"].enabled


def test_a_host_without_systemd_has_no_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "run", lambda *_args, **_more: run.Ran(127, "systemctl: not installed"))
    assert units.observe(["x.service"]) == {"x.service": units.MISSING}


def plan(wanted: dict[str, Any], live: units.Unit, last: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    changes = units.plan({"x.service": wanted}, {"x.service": live}, Applied({"x.service": last} if last else {}))
    assert {str(change.resource) for change in changes} <= {"unit:x.service"}
    return [(change.action, change.origin) for change in changes]


BOTH = {"state": "started", "enabled": True}


@pytest.mark.parametrize(
    ("wanted", "live", "last", "expected"),
    [
        (BOTH, unit(), BOTH, []),
        (BOTH, unit(active="inactive"), BOTH, [("start", "corrective")]),
        (BOTH, unit(active="failed"), BOTH, [("start", "corrective")]),
        (BOTH, unit(active="activating"), BOTH, []),
        (BOTH, unit(enabled=False), BOTH, [("enable", "corrective")]),
        (BOTH, unit(enabled=False, active="inactive"), None, [("enable", "pending"), ("start", "pending")]),
        ({"state": "stopped"}, unit(), {"state": "started"}, [("stop", "pending")]),
        ({"state": "stopped"}, unit(), {"state": "stopped"}, [("stop", "corrective")]),
        ({"enabled": False}, unit(), {"enabled": True}, [("disable", "pending")]),
        ({}, unit(active="inactive", enabled=False), None, []),
        (BOTH, unit(masked=True, load="masked"), BOTH, [("unmask", "corrective")]),
        ({}, unit(masked=True, load="masked"), None, [("unmask", "pending")]),
        ({"enabled": False}, unit(masked=True, load="masked", enabled=False), None, []),
        (BOTH, unit(load="bad-setting"), BOTH, [("report", "corrective")]),
        (BOTH, unit(needs_daemon_reload=True), BOTH, [("daemon-reload", "corrective")]),
        # git declares one field more: what was applied before says nothing about it
        (BOTH, unit(enabled=False), {"state": "started"}, [("enable", "pending")]),
    ],
)
def test_table(wanted: dict[str, Any], live: units.Unit, last: dict[str, Any] | None, expected: list) -> None:
    assert plan(wanted, live, last) == expected


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (unit(), "Healthy"),
        (unit(active="activating"), "Progressing"),
        # it does what it did before, and goes on with it
        (unit(active="reloading"), "Healthy"),
        (unit(active="refreshing"), "Healthy"),
        (unit(active="failed"), "Degraded"),
        (unit(active="inactive"), "Degraded"),
        (units.MISSING, "Missing"),
    ],
)
def test_health_of_a_unit_that_has_to_run(live: units.Unit, expected: str) -> None:
    assert units.health({"state": "started"}, live) == expected
    assert units.health({"enabled": True}, live) == "Healthy"


def test_a_masked_unit_is_unmasked_before_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(units, "must", lambda command, timeout=60: ran.append(command) or "")
    (change,) = units.plan({"x.service": {"state": "started"}}, {"x.service": unit(active="inactive")}, Applied())
    units.apply(change, unit(active="inactive", masked=True, load="masked"))
    assert [command[1] for command in ran] == ["unmask", "unmask", "start"]


@pytest.mark.parametrize(
    ("state", "own", "brought", "enabled"),
    [
        ("enabled", True, False, True),
        # its link was taken away, and systemd has not looked since
        ("enabled", False, False, False),
        ("enabled", False, True, True),
        # a link of a package's is not what enables what systemd calls disabled
        ("disabled", False, True, False),
        ("disabled", True, False, True),
        ("enabled-runtime", False, False, False),
        ("masked", True, False, True),
        ("static", False, False, True),
    ],
)
def test_enabled_is_what_the_next_boot_will_see(state: str, own: bool, brought: bool, enabled: bool) -> None:
    links = units.Links(frozenset({"x.service"} if own else ()), frozenset({"x.service"} if brought else ()))
    found = units.parse(f"LoadState=loaded\nUnitFileState={state}\n", ["x.service"], 0.0, links)
    assert found["x.service"].enabled is enabled


def test_links_that_enable(tmp_path: Path) -> None:
    wants = tmp_path / "multi-user.target.wants"
    wants.mkdir()
    (wants / "a.service").symlink_to("/usr/lib/systemd/system/a.service")
    (tmp_path / "alias.service").symlink_to("/usr/lib/systemd/system/b.service")
    (tmp_path / "own.service").write_text("")
    assert units.linked(str(tmp_path)) == {"a.service", "b.service"}
    assert units.linked(str(tmp_path / "none")) == frozenset()


def test_what_systemd_has_read_for_a_unit() -> None:
    shown = (
        'FragmentPath=/usr/lib/x.service\nDropInPaths="/etc/a b.conf" /etc/c.conf\n'
        "EnvironmentFiles=/etc/default/x (ignore_errors=yes)\nEnvironmentFiles=/etc/y (ignore_errors=no)\n"
    )
    found = units.parse(shown, ["x.service"], 0.0, units.Links(frozenset()))["x.service"]
    assert (found.fragment, found.drop_ins) == ("/usr/lib/x.service", ("/etc/a b.conf", "/etc/c.conf"))
    assert found.environment_files == ("/etc/default/x", "/etc/y")
