# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts about drift fire when they should and only then: promtool judges the rules as a host gets them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

ROOT = Path(__file__).resolve().parents[3]
RULES = ROOT / "collections/ansible_collections/echodiary/infra/roles/prometheus/tree/etc/prometheus/rules/drift.rules.yml.j2"
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/integration/monitoring/cases/drift.rules.yml").read_text(encoding="utf-8"))
IMAGE = "echodiary-lab/prometheus:trixie"


def promtool(place: Path, cases: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    place.chmod(0o755)
    templar = Templar(DataLoader(), variables={})
    (place / "drift.yml").write_text(str(templar.template(trust_as_template(RULES.read_text(encoding="utf-8")))))
    suite = {"rule_files": ["drift.yml"], "evaluation_interval": "15s", "tests": [unit_test(case) for case in cases]}
    (place / "suite.yml").write_text(json.dumps(suite))
    command = ["docker", "run", "--rm", "--network=none", f"--volume={place}:/suite:ro", "--workdir=/suite", "--entrypoint=promtool", IMAGE]
    return subprocess.run([*command, "test", "rules", "suite.yml"], capture_output=True, text=True, timeout=120, check=False)


def unit_test(case: dict[str, Any]) -> dict[str, Any]:
    firing = f'count(ALERTS{{alertname="{case["alert"]}",alertstate="firing",severity="{case["severity"]}"}}) or vector(0)'
    return {
        "name": f"{case['alert']}: {case['why']}",
        "interval": "15s",
        "input_series": [{"series": series, "values": str(values)} for series, values in case["series"].items()],
        "promql_expr_test": [{"expr": firing, "eval_time": case["at"], "exp_samples": [{"labels": "{}", "value": case["fires"]}]}],
    }


@pytest.fixture(scope="module", autouse=True)
def image() -> None:
    """Prometheus' image of the lab holds promtool."""
    found = subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True, timeout=30, check=False)
    if found.returncode != 0:
        pytest.skip("no image of Prometheus here; python -m lab up makes it")


def test_every_alert_fires_in_one_case_and_is_silent_in_another() -> None:
    text = str(Templar(DataLoader(), variables={}).template(trust_as_template(RULES.read_text(encoding="utf-8"))))
    alerts = {rule["alert"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"]}
    for fires in (True, False):
        assert {case["alert"] for case in CASES if bool(case["fires"]) is fires} == alerts


def test_the_cases(tmp_path: Path) -> None:
    done = promtool(tmp_path, CASES)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_expectation_is_found(tmp_path: Path) -> None:
    done = promtool(tmp_path, [{**case, "fires": 1 - case["fires"]} for case in CASES])
    assert done.returncode != 0
    assert (done.stdout + done.stderr).count("expr:") >= len(CASES)
