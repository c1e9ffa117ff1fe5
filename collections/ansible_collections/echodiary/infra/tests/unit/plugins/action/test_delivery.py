# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.action import delivery
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._report import builders as build

SHOP = {"component": "shop"}


def commit(directory: Path) -> str:
    """Of the 24th, eleven in the morning."""
    moment = {"GIT_AUTHOR_DATE": "2026-11-24T11:00:00Z", "GIT_COMMITTER_DATE": "2026-11-24T11:00:00Z", "PATH": "/usr/bin:/bin"}
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", *words], cwd=directory, env=moment, check=True)
    said = subprocess.run(["git", "rev-parse", "HEAD"], cwd=directory, env=moment, check=True, capture_output=True, text=True)
    return said.stdout.strip()


def run(repository: Path, *histories: Any, **given: Any) -> dict[str, Any]:
    return Rig(delivery, {}).run(plan=build.plan(), histories=list(histories), repository=str(repository), **given)


def test_of_a_history_and_of_git(tmp_path: Path) -> None:
    entry = build.entry("a", "2026-11-24T12:00:00Z", "succeeded", commit=commit(tmp_path))
    found = run(tmp_path, {"item": SHOP, "entries": [entry]})
    assert found["figures"]["changes"][0]["lead"] == [3600.0]
    assert 'echodiary_delivery_lead_time_seconds{environment="production",component="shop",quantile="0.5"} 3600' in found["text"]
    assert "warnings" not in found and 'source="pipeline"' not in found["text"]


def test_what_does_not_answer_is_said_and_costs_no_other(tmp_path: Path) -> None:
    entry = build.entry("a", "2026-11-24T12:00:00Z", "succeeded", commit="a" * 40)
    histories = ({"item": SHOP, "entries": [entry]}, {"item": {"component": "cart"}, "msg": "unreachable"})
    found = run(tmp_path, *histories, github_repository="ann/shop", github_url="http://127.0.0.1:9")
    assert [one["component"] for one in found["figures"]["changes"]] == ["shop"]
    assert "cart: unreachable" in found["warnings"] and "does not answer" in found["warnings"][1]
    for source in ("history", "git", "pipeline"):
        assert f'echodiary_delivery_source_ok{{environment="production",source="{source}"}} 0' in found["text"]
