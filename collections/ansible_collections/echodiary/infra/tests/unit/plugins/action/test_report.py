# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.echodiary.infra.plugins.action import report
from ansible_collections.echodiary.infra.plugins.modules import report as documented
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import outputs
from ansible_collections.echodiary.infra.tests.unit.plugins.action import test_account_cost
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._drift import builders as drift
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._report import builders as build


def write(place: Path, **args: Any) -> dict[str, Any]:
    nowhere = {name: str(place / "nothing" / name) for name in ("drift", "heals")}
    elsewhere = {"directory": str(place / "out"), "security": str(place / "security.json"), "repository": str(place)}
    given = {**nowhere, **elsewhere, "plan": build.plan()}
    return Rig(report).run(**{**given, **args})


def test_with_nothing_at_all_it_is_written_and_says_what_is_not_known(tmp_path: Path) -> None:
    found = write(tmp_path, trouble="mon1 is unreachable")
    where = tmp_path / "out/production/2026-11-29"
    assert sorted(path.name for path in where.iterdir()) == ["index.html", "report.json", "report.md"]
    assert not found.get("failed") and found["page"] == str(where / "index.html")
    states = {key: one["state"] for key, one in found["report"]["sections"].items()}
    assert states["availability"] == states["backups"] == states["deploys"] == "unknown"
    assert all("mon1 is unreachable" in found["report"]["sections"][key]["said"] for key in ("alerts", "growth"))


def test_a_preview_writes_nothing(tmp_path: Path) -> None:
    assert write(tmp_path, check=True)["page"] == ""
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    found = write(tmp_path)
    assert not found.get("failed") and found["warnings"] and found["text"].startswith("Week of production")


def test_a_security_check_of_another_environment_or_a_damaged_one_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "security.json"
    for text in ("{", json.dumps({"schema": 1, "environment": "staging"}), json.dumps([])):
        path.write_text(text)
        assert write(tmp_path)["report"]["sections"]["security"]["state"] == "unknown"


def commit(place: Path, at: str) -> str:
    """The name of a commit that was made then. It was written, by its author, long before."""
    environment = {"GIT_COMMITTER_DATE": at, "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "PATH": "/usr/bin:/bin", "HOME": str(place)}
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "x"], ["rev-parse", "HEAD"]):
        done = subprocess.run(["git", "-C", str(place), *words], check=True, env=environment, capture_output=True, text=True)
    return done.stdout.strip()


def test_lead_times_are_asked_of_the_checkout(tmp_path: Path) -> None:
    entries = [
        build.entry("b", "2026-11-28T02:00:00Z", "succeeded", commit=commit(tmp_path, "2026-11-28T00:00:00Z")),
        build.entry("a", "2026-11-28T01:00:00Z", "succeeded", commit="0" * 40),
        build.entry("c", "2026-11-28T01:00:00Z", "succeeded", commit="--output=/tmp/x"),
    ]
    found = write(tmp_path, histories=[{"item": build.plan()["services"][0], "entries": entries}])
    assert found["report"]["sections"]["deploys"]["figures"]["shop"]["lead"] == [7200]


def test_who_moved_what_differs_and_what_was_put_right(tmp_path: Path) -> None:
    """As the drift report and a watcher's history have them; a damaged one is said to be, and costs no more."""
    looked, history = tmp_path / "report.json", tmp_path / "history.jsonl"
    looked.write_text(outputs.json_text(drift.drifted()))
    heal = {"operation": "heal", "outcome": "done", "targets": {"app1": ["haproxy"]}, "reason": "heal to abc", "who": "gitops"}
    times = ["2026-11-20T00:00:00Z", "2026-11-25T00:00:00Z"]
    lines = [*({**heal, "time": time} for time in times), {"operation": "sync", "time": times[1]}]
    history.write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    found = write(tmp_path, drift=str(looked), heals=str(history))["report"]["sections"]["drift"]["figures"]
    assert found == {"differing": len(drift.drifted().differing()), "heals": 1}
    looked.write_text("[1]")
    assert write(tmp_path, drift=str(looked), heals=str(history))["report"]["sections"]["drift"]["figures"] == {"differing": 0, "heals": 1}
    assert str(looked) in (tmp_path / "out/production/2026-11-29/report.md").read_text()


def test_a_history_that_was_not_read_says_why(tmp_path: Path) -> None:
    found = write(tmp_path, histories=[{"item": build.plan()["services"][0], "msg": "app1 is\nunreachable"}])
    assert "app1 is unreachable" in found["report"]["sections"]["deploys"]["said"]


def test_a_declared_account_has_its_cost(tmp_path: Path) -> None:
    found = write(tmp_path, declared=test_account_cost.DECLARED, region="ap-northeast-2")["report"]["sections"]["cost"]
    assert (found["state"], round(found["figures"]["usd"], 2)) == ("good", 21.85)
    assert write(tmp_path)["report"]["sections"]["cost"]["state"] == "absent"
    assert write(tmp_path, declared={"nonsense": 1}, region="ap-northeast-2")["report"]["sections"]["cost"]["state"] == "unknown"


def test_the_documentation_lists_the_same_arguments() -> None:
    options = yaml.safe_load(documented.DOCUMENTATION)["options"]
    assert {name: one.get("default") for name, one in options.items()} == {
        name: one.get("default") for name, one in report.ActionModule.ARGUMENTS.items()
    }
