# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.action import load_report
from ansible_collections.echodiary.infra.plugins.modules import load_report as documented
from ansible_collections.echodiary.infra.plugins.plugin_utils._load import curves
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

OBJECTIVES = {"availability_percent": 99.5, "latency_percent": 95.0, "latency_seconds": 1.0}
PLAN: dict[str, Any] = {
    "environment": "local", "component": "shop", "edges": [{"name": "app1", "url": "http://10.0.0.1", "host": ""}], "parts": ["rate"],
    "seconds": 10, "users": 10, "rate": 20.0, "stop_errors": 0.2, "paths": ["/"], "locustfile": "", "rows": "", "hey": "", "locust": "",
    "objectives": OBJECTIVES,
}  # fmt: skip


def ran(began: float = 1_796_000_000.0, **changed: Any) -> dict[str, Any]:
    counts = changed.pop("counts", {0.02: 200})
    sample = {
        "part": "rate", "edge": "app1", "step": "/", "seconds": 10.0, "requests": 200, "errors": changed.pop("errors", {}), "answered": 200,
        "knots": curves.of_counts(counts),
    }  # fmt: skip
    found = {"run": "abc", "began": began, "ended": began + 10, "stopped": "", "samples": [sample], "rows": None, "leftover": None}
    return {**found, **changed}


def report(place: Path, given: dict[str, Any], **args: Any) -> dict[str, Any]:
    return Rig(load_report).run(plan=PLAN, ran=given, directory=str(place), **args)


def test_it_is_told_and_kept(tmp_path: Path) -> None:
    found = report(tmp_path, ran(), release="v2")
    assert not found.get("failed") and found["missed"] == []
    kept = json.loads(Path(found["file"]).read_text())
    assert (kept["release"], kept["began"], kept["totals"][0]["p95"]) == ("v2", "2026-11-30T00:53:20Z", 0.02)
    assert "objective, rate: within 1 s 100 % of 95 %: met" in found["table"]
    assert found["table"][-1].startswith("next: nothing to do") and "before: nothing, this is the first one" in found["table"]


def test_the_next_one_is_compared_with_it(tmp_path: Path) -> None:
    report(tmp_path, ran(), release="v1")
    report(tmp_path, ran(1_796_001_000.0, counts={0.05: 200}), release="v2")
    found = report(tmp_path, ran(1_796_002_000.0, counts={0.1: 200}))
    assert "before: 2026-11-30T01:10:00Z, release v2" in found["table"]
    assert any("p95 50 ms -> 100 ms (+100 %)" in line for line in found["table"])


def test_a_missed_objective_fails_only_where_that_was_asked(tmp_path: Path) -> None:
    bad = ran(counts={0.02: 180, 2.0: 20})
    found = report(tmp_path, bad)
    assert found["missed"] == ["rate: within 1 s 90 % of 95 %"] and not found.get("failed")
    assert report(tmp_path, bad, fail=True)["failed"]
    assert not report(tmp_path, ran(), fail=True).get("failed")


def test_one_that_was_stopped_or_sent_nothing_always_fails_and_is_kept(tmp_path: Path) -> None:
    found = report(tmp_path, ran(stopped="it was stopped, since 150 of 200 requests failed", errors={"HTTP 503": 150}))
    assert found["failed"] and Path(found["file"]).is_file()
    assert "errors, rate: 150 x HTTP 503" in found["table"]
    assert report(tmp_path, ran(samples=[]))["failed"]


@pytest.mark.parametrize("said", [{}, {"prometheus": "gibberish"}, {"prometheus_trouble": "it is away"}])
def test_prometheus_may_be_away_or_say_nonsense(tmp_path: Path, said: dict[str, str]) -> None:
    found = report(tmp_path, ran(), **said)
    assert any(line.startswith("what was short: unknown, ") for line in found["table"]) and not found.get("failed")


def test_what_cannot_be_kept_or_read_is_told_and_nothing_fails(tmp_path: Path) -> None:
    broken = tmp_path / "local" / "shop-2020.json"
    broken.parent.mkdir()
    broken.write_text("{")
    found = report(tmp_path, ran())
    assert any(str(broken) in line for line in found["table"]) and not found.get("failed")
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    assert any(line.startswith("not kept: ") for line in report(nowhere, ran())["table"])


def test_a_preview_keeps_nothing(tmp_path: Path) -> None:
    Rig(load_report).run(check=True, plan=PLAN, ran=ran(), directory=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_documentation_says_the_same_as_the_arguments() -> None:
    assert list(yaml.safe_load(documented.DOCUMENTATION)["options"]) == list(load_report.ActionModule.ARGUMENTS)
