# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import health_gate
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

URL = "http://127.0.0.1:8080/healthz"
GATE: dict[str, Any] = {"http": [{"name": "web", "url": URL}], "interval": 0.1, "deadline": 2}


def heard(*statuses: int) -> dict[str, Any]:
    """What a host answers: a tick for each status."""
    ticks = [{"at": 0.1 * at, "answers": [{"status": status, "text": "", "milliseconds": 1}]} for at, status in enumerate(statuses)]
    return {"ticks": ticks, "seconds": 0.1 * len(statuses)}


def test_a_gate_that_opens_at_once_is_one_call() -> None:
    rig = Rig(health_gate, heard(200, 200, 200))
    found = rig.run(**GATE)
    assert (rig.packages, rig.manifest["count"], rig.manifest["interval"]) == (["_gate"], 3, 0.1)
    assert [probe["url"] for probe in rig.manifest["probes"]] == [URL]
    assert (found["failed"], found["verdict"], found["remote_calls"], len(found["timeline"])) == (False, "passed", 1, 3)


def test_a_failure_in_between_makes_it_ask_for_all_passes_again() -> None:
    rig = Rig(health_gate, heard(200, 500, 200), heard(200, 200))
    assert rig.run(**GATE)["verdict"] == "passed"
    assert [sent["count"] for sent in rig.sent] == [3, 2]
    assert rig.sent[1]["budget"] < rig.sent[0]["budget"] <= 2.0


def test_one_that_gives_up_early_names_the_condition_and_shows_the_log() -> None:
    rig = Rig(health_gate, heard(500, 500), {"logs": {"unit:web": "no space left"}})
    found = rig.run(**GATE, fail_after=2, logs=["unit:web"], log_lines=7)
    assert (found["failed"], found["condition"], found["logs"]) == (True, "web", {"unit:web": "no space left"})
    assert rig.sent[0]["stop_after"] == 2
    assert rig.sent[1] == {"logs": ["unit:web"], "lines": 7}
    assert "no space left" in found["msg"]


def test_a_check_looks_once_and_stops_nobody() -> None:
    rig = Rig(health_gate, heard(500))
    found = rig.run(check=True, **GATE, logs=["unit:web"])
    assert (rig.manifest["count"], found["failed"], found["verdict"]) == (1, False, "failed")
    assert found["warnings"][0].startswith("app1: ")


@pytest.mark.parametrize("lenient", [False, True])
def test_a_host_that_says_nothing_is_no_evidence(lenient: bool) -> None:
    found = Rig(health_gate, "").run(**GATE, on_inconclusive="pass" if lenient else "fail")
    assert (found["inconclusive"], found["failed"], "warnings" in found) == (True, not lenient, lenient)


def test_a_log_that_cannot_be_had_does_not_hide_why() -> None:
    found = Rig(health_gate, heard(500, 500), "").run(**GATE, fail_after=2, logs=["unit:web"])
    assert "web" in found["msg"].splitlines()[0]
    assert "no answer" in found["logs"]["unit:web"]


@pytest.mark.parametrize(
    "given",
    [
        {"http": [], "promql": []},
        {**GATE, "passes": 0},
        {**GATE, "interval": 3},
        {**GATE, "logs": ["web"]},
        {"http": [{"url": "ftp://x"}]},
        {"http": GATE["http"] * 2},
    ],
)
def test_a_gate_that_is_wrong_is_refused(given: dict[str, Any]) -> None:
    Rig(health_gate, heard(200)).refused(**given)


def test_secrets_are_in_nothing_that_is_told() -> None:
    said = Rig(health_gate, {}).refused(http=[{"url": "http://x:hunter22/"}], secrets=["hunter22"])
    assert "hunter22" not in said
    leaking = {"ticks": [{"at": 0.0, "answers": [{"status": 500, "text": "hunter22", "milliseconds": 1}]}] * 2, "seconds": 0.1}
    assert "hunter22" not in str(Rig(health_gate, leaking).run(**GATE, fail_after=2, secrets=["hunter22"]))
