# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.action import security_report
from ansible_collections.echodiary.infra.plugins.modules import security_report as documented
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

FINDING = {"id": "tls:TLS1", "host": "app1", "severity": "medium", "text": "TLS1 offered", "mend": "turn it off"}


def outcomes(*found: dict[str, Any], why: str = "") -> list[dict[str, Any]]:
    return [{"check": "tls", "host": "app1", "why": why, "findings": list(found)}]


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    return {"environment": "staging", "path": str(tmp_path / "reports/staging.json")}


def run(**args: Any) -> dict[str, Any]:
    return Rig(security_report).run(**args)


def test_a_finding_counts_from_its_severity_on(given: dict[str, Any]) -> None:
    assert not run(**given, outcomes=outcomes(FINDING))["good"]
    assert run(**given, outcomes=outcomes(FINDING), fail_from="high")["good"]
    assert run(**given, outcomes=outcomes())["good"]


def test_the_report_is_its_owner_s_and_the_next_run_s(given: dict[str, Any]) -> None:
    run(**given, outcomes=outcomes(FINDING))
    path = Path(given["path"])
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert json.loads(path.read_text())["findings"] == [FINDING]
    assert run(**given, outcomes=outcomes())["report"]["gone"] == ["app1 tls:TLS1"]


def test_a_preview_leaves_the_last_report(given: dict[str, Any]) -> None:
    Rig(security_report).run(check=True, **given, outcomes=outcomes(FINDING))
    assert not Path(given["path"]).exists()


def test_what_was_not_checked_counts_where_that_was_asked_for(given: dict[str, Any]) -> None:
    assert run(**given, outcomes=outcomes(why="no testssl"))["good"]
    found = run(**given, outcomes=outcomes(why="no testssl"), strict=True)
    assert not found["good"] and "1 not checked" in found["msg"]


def test_what_is_let_be_does_not_count_until_its_last_day(given: dict[str, Any]) -> None:
    entry = {"finding": "tls:TLS1", "reason": "old clients", "until": "2999-01-01"}
    assert run(**given, outcomes=outcomes(FINDING), allowed=[entry])["good"]
    found = run(**given, outcomes=outcomes(FINDING), allowed=[{**entry, "until": "2020-01-01"}])
    assert [one["id"] for one in found["report"]["findings"]] == ["allowed:tls:TLS1", "tls:TLS1"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"finding": "tsl:TLS1", "reason": "why", "until": "2999-01-01"}, "a finding begins with one of tls"),
        ({"finding": "*", "reason": "why", "until": "2999-01-01"}, "has to begin with the name of a check"),
        ({"finding": "tls:TLS1", "reason": "why", "until": "some day"}, "is no day"),
    ],
)
def test_what_is_let_be_is_judged_before_anything_is_looked_at(given: dict[str, Any], entry: dict[str, str], said: str) -> None:
    assert said in Rig(security_report).refused(**given, allowed=[entry])


def test_something_else_is_not_written_over(given: dict[str, Any]) -> None:
    path = Path(given["path"])
    path.parent.mkdir()
    path.write_text('{"theirs": true}')
    assert "(security_report): it is no report of this check" in Rig(security_report).refused(**given)
    path.write_text("[")
    assert "is no JSON" in Rig(security_report).refused(**given)


def test_the_documentation_says_the_same_as_the_arguments() -> None:
    told = yaml.safe_load(documented.DOCUMENTATION)["options"]
    assert list(told) == list(security_report.ActionModule.ARGUMENTS)
