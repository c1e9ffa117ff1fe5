# SPDX-License-Identifier: GPL-3.0-or-later
"""Which slot serves, whatever a killed run left; and a component bound to one of its two slots."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import haproxy
from ansible_collections.echodiary.infra.plugins.module_utils._release import slots
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import directory, file, spec

NAMES = ["blue", "green"]
READY, MAINT, DRAIN = (haproxy.Server(state, state == "ready", 0) for state in ("ready", "maint", "drain"))


def record(active: str = "", following: str = "") -> dict[str, Any]:
    return {**slots.empty(), "active": active, "next": following}


def edge(blue: haproxy.Server, green: haproxy.Server) -> dict[str, haproxy.Server]:
    return {"blue": blue, "green": green}


@pytest.mark.parametrize(
    ("held", "servers", "running", "serving"),
    [
        # nothing was ever applied; HAProxy begins with blue ready
        (record(), edge(READY, MAINT), {}, ""),
        (record(), None, {}, ""),
        # the ordinary case, and everything about it that somebody may have done by hand
        (record("green"), edge(MAINT, READY), {"green": True}, "green"),
        (record("green"), edge(READY, READY), {"green": True, "blue": True}, "green"),
        (record("green"), edge(READY, MAINT), {"green": True, "blue": True}, "green"),
        (record("green"), edge(MAINT, READY), {}, "green"),
        (record("green"), None, {}, "green"),
        # killed after the new slot was named, before it was let in
        (record("blue", "green"), edge(READY, MAINT), {"blue": True, "green": True}, "blue"),
        # ... after it was let in
        (record("blue", "green"), edge(READY, READY), {"blue": True, "green": True}, "green"),
        # ... and then the new one died, or was stopped
        (record("blue", "green"), edge(READY, READY), {"blue": True}, "blue"),
        # ... or the very first one
        (record("", "green"), edge(MAINT, MAINT), {"green": True}, ""),
        # HAProxy cannot be asked: that the move had got so far is not known, and the old slot still runs
        (record("blue", "green"), None, {"blue": True, "green": True}, "blue"),
        # ... but when the old one does not run any more, it had
        (record("blue", "green"), None, {"green": True}, "green"),
        # the record was lost: what takes requests and runs is what serves
        (record(), edge(MAINT, READY), {"green": True}, "green"),
        (record(), edge(READY, READY), {"green": True}, "green"),
        (record(), edge(READY, READY), {"blue": True, "green": True}, "blue"),
        (record(), edge(DRAIN, READY), {"blue": True, "green": True}, "green"),
        (record(), edge(MAINT, MAINT), {"blue": True, "green": True}, ""),
        (record(), None, {"green": True}, "green"),
        # HAProxy has other servers than the component has slots
        (record(), {"red": READY}, {"blue": True}, ""),
        # slots were renamed
        (record("red", "pink"), edge(READY, MAINT), {"blue": True}, "blue"),
    ],
)
def test_which_slot_serves(held: dict[str, Any], servers: dict[str, haproxy.Server] | None, running: dict[str, bool], serving: str) -> None:
    assert slots.serving(NAMES, held, servers, running) == serving


def test_the_other_one() -> None:
    assert [slots.other(NAMES, slot) for slot in NAMES] == ["green", "blue"]


# -- bound to a slot ---------------------------------------------------------------------------------------------------

COMPOSE = "services: {api: {image: 'x:1', ports: ['127.0.0.1:${PORT}:8000'], labels: ['{slot}']}}\n"


def component() -> dict[str, Any]:
    service = {"image": "x:1", "digest": "d", "oneshot": False, "consumes": ["/opt/x/{slot}/tls/**"], "rebound": [], "environment": {}}
    built = spec(
        "x",
        files={
            "/opt/x/{slot}/compose.yaml": file(COMPOSE),
            "/opt/x/{slot}/x.env": file("A={port} and {slot}\n", "0600", sensitive=True),
            "/etc/x/shared": file("{slot}"),
        },
        directories={"/opt/x/{slot}/tls": directory()},
        owned={"/opt/x/{slot}/tls": {"prune": True, "ignore": ["{slot}.tmp"]}},
        compose={"name": "x", "file": "/opt/x/{slot}/compose.yaml", "services": {"api": service}},
        health=[{"url": "http://127.0.0.1:{port}/ready", "status": 200, "json": {}}],
        secrets=["hunter22"],
    )
    release = {"slots": {"blue": 8001, "green": 8002}, "migrate": {"volumes": ["{directory}/tls:/tls"]}, "state": "present"}
    return {**built, "release": release}


def test_paths_ports_and_project_are_the_slots() -> None:
    bound = slots.bind(component(), "green")
    assert bound["name"] == "x@green"
    assert set(bound["files"]) == {"/opt/x/green/compose.yaml", "/opt/x/green/x.env", "/etc/x/shared", "/opt/x/green/.env"}
    assert list(bound["directories"]) == list(bound["owned"]) == ["/opt/x/green/tls"]
    assert bound["owned"]["/opt/x/green/tls"]["ignore"] == ["green.tmp"]
    assert (bound["compose"]["name"], bound["compose"]["file"]) == ("x-green", "/opt/x/green/compose.yaml")
    assert bound["compose"]["services"]["api"]["consumes"] == ["/opt/x/green/tls/**"]
    assert bound["health"][0]["url"] == "http://127.0.0.1:8002/ready"


def test_contents_are_left_as_they_are() -> None:
    bound = slots.bind(component(), "blue")
    assert bound["files"]["/opt/x/blue/compose.yaml"]["content"] == COMPOSE
    assert bound["files"]["/opt/x/blue/x.env"]["content"] == "A={port} and {slot}\n"
    assert bound["files"]["/etc/x/shared"]["content"] == "{slot}"
    assert (bound["files"]["/opt/x/blue/x.env"]["mode"], bound["files"]["/opt/x/blue/x.env"]["sensitive"]) == ("0600", True)


def test_the_component_itself_is_left_as_it_is() -> None:
    given = component()
    before = copy.deepcopy(given)
    slots.bind(given, "blue")
    assert given == before


def test_compose_finds_slot_and_port_beside_its_file() -> None:
    found = slots.bind(component(), "green")["files"]["/opt/x/green/.env"]
    assert found["content"] == "SLOT=green\nPORT=8002\n"
    assert (found["owner"], found["mode"], found["sensitive"]) == ("root", "0644", False)


def test_both_slots_have_the_same_definitions() -> None:
    """Else a swap would be a difference."""
    blue, green = (slots.bind(component(), slot) for slot in NAMES)
    assert blue["compose"]["services"]["api"]["digest"] == green["compose"]["services"]["api"]["digest"]
    assert blue["release"] == green["release"]


def test_what_is_needed_to_start_and_stop_a_slot() -> None:
    assert slots.project(component(), "blue") == {"name": "x-blue", "file": "/opt/x/blue/compose.yaml"}
    assert slots.directory(component(), "green") == "/opt/x/green"


# -- the record --------------------------------------------------------------------------------------------------------


def test_the_record_is_kept_for_root_only_and_written_when_it_says_something_new(tmp_path: Path) -> None:
    assert slots.load(str(tmp_path), "x") == slots.empty()
    slots.save(str(tmp_path), "x", record("blue"))
    path = tmp_path / "slots/x.json"
    assert slots.load(str(tmp_path), "x") == record("blue")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    first = path.stat().st_ino
    slots.save(str(tmp_path), "x", record("blue"))
    assert path.stat().st_ino == first
    slots.save(str(tmp_path), "x", record("green"))
    assert path.stat().st_ino != first


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "slots").mkdir()
    (tmp_path / "slots/x.json").write_text(text)
    assert slots.load(str(tmp_path), "x") == slots.empty()


@pytest.mark.parametrize(
    ("held", "running", "serving"),
    [
        (record("blue"), {"blue": True}, "blue"),
        # both, by hand or by a run that was killed: the record says whose it is
        (record("blue"), {"blue": True, "green": True}, "blue"),
        (record("blue", "green"), {"green": True}, "green"),
        (record("blue", "green"), {"blue": True, "green": False}, "blue"),
        # the record was lost
        (record(), {"blue": False, "green": True}, "green"),
        (record(), {}, ""),
    ],
)
def test_of_a_release_that_nobody_asks_what_runs_does_the_work(held: dict[str, Any], running: dict[str, bool], serving: str) -> None:
    assert slots.serving(NAMES, held, slots.as_they_run(running), running) == serving
