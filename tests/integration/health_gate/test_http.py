# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP conditions, asked by a real task through the payload that hosts get."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.health_gate.service import Service, free_port
from tests.integration.local_play import Played, play

READY = "checks.database == 'ok'"
QUICK = {"interval": 0.2, "timeout": 2}


def gate(name: str, url: str, **given: Any) -> dict[str, Any]:
    condition = {"name": "ready", "url": url, "expression": READY, **given.pop("condition", {})}
    module = {"http": [condition], **QUICK, **given}
    return {"name": name, "echodiary.infra.health_gate": module, "ignore_errors": True, **({"check_mode": True} if name == "check" else {})}


@pytest.fixture(scope="module")
def played(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Played:
    tasks = [
        gate("at once", f"{service.url}/after/1"),
        gate("in the end", f"{service.url}/after/4", deadline=20),
        gate("flapping", f"{service.url}/flaps", deadline=1.2, secrets=["hunter22"], logs=["container:no-such-container"]),
        gate("nobody there", f"http://127.0.0.1:{free_port()}/", deadline=30, fail_after=2),
        gate("from here", f"{service.url}/after/2", deadline=10, condition={"from": "controller"}),
        gate("check", f"{service.url}/after/99", deadline=30),
        gate("never open", f"{service.url}/after/98", hold=60, deadline=30),
        gate("no expression", f"{service.url}/after/97", condition={"expression": "checks..x"}),
        gate("headers", f"{service.url}/after/96", fail_after=1, condition={"headers": {"Authorization": "Bearer s3cr3t-t0ken"}}),
    ]
    return play(tmp_path_factory.mktemp("plays"), tasks, "-vvv")


def test_a_gate_that_opens_at_once_is_one_remote_call(played: Played) -> None:
    result = played.task["at once"]
    assert (result["verdict"], result["changed"], result["remote_calls"]) == ("passed", False, 1)
    assert [tick["verdict"] for tick in result["timeline"]] == ["pass"] * 3


def test_passes_have_to_be_in_a_row_and_not_one_question_too_many_is_asked(played: Played, service: Service) -> None:
    result = played.task["in the end"]
    assert [tick["verdict"] for tick in result["timeline"]] == ["fail"] * 3 + ["pass"] * 3
    assert service.asked["/after/4"] == 6
    assert result["remote_calls"] == 2
    assert [tick["at"] for tick in result["timeline"]] == sorted(tick["at"] for tick in result["timeline"])


def test_a_flapping_service_fails_with_what_was_seen_and_its_log(played: Played) -> None:
    result = played.task["flapping"]
    assert result["failed"]
    assert result["verdict"] == "failed"
    assert not result["inconclusive"]
    assert "last lines of container:no-such-container" in result["msg"]
    assert {tick["verdict"] for tick in result["timeline"]} == {"pass", "fail"}
    assert "hunter22" not in str(result)


def test_nobody_there_fails_early_where_that_was_asked_for(played: Played) -> None:
    result = played.task["nobody there"]
    assert result["failed"]
    assert result["condition"] == "ready"
    assert result["seconds"] < 15
    assert "does not answer" in result["msg"]


def test_from_the_controller_no_host_is_called(played: Played) -> None:
    assert played.task["from here"]["verdict"] == "passed"
    assert played.task["from here"]["remote_calls"] == 0


def test_check_mode_looks_once_and_warns(played: Played, service: Service) -> None:
    result = played.task["check"]
    assert (result["verdict"], bool(result.get("failed")), len(result["timeline"])) == ("failed", False, 1)
    assert service.asked["/after/99"] == 1
    assert "goes on" in str(result["warnings"])


@pytest.mark.parametrize(("name", "path", "about"), [("never open", "/after/98", "never open"), ("no expression", "/after/97", "JMESPath")])
def test_a_wrong_gate_is_told_before_anything_is_asked(played: Played, service: Service, name: str, path: str, about: str) -> None:
    assert played.task[name]["failed"]
    assert about in played.task[name]["msg"]
    assert service.asked[path] == 0


def test_headers_are_never_shown(played: Played) -> None:
    assert played.task["headers"]["verdict"] == "failed"
    assert "s3cr3t-t0ken" not in played.output


def test_people_hear_little(service: Service, tmp_path: Path) -> None:
    """A gate that waits says why in one line, not once for every look."""
    done = play(tmp_path, [gate("waiting", f"{service.url}/after/1000", deadline=1.5)], environment={"ANSIBLE_STDOUT_CALLBACK": "default"})
    lines = [line for line in done.output.splitlines() if "gate 0/3" in line]
    assert 1 <= len(lines) <= 2
    assert "ready answers 503" in lines[0]
