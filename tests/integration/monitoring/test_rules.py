# SPDX-License-Identifier: GPL-3.0-or-later
"""Every alert fires when it should, and only then; judged by promtool with the rules as a host gets them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests import rendering
from tests.integration import lab_images
from tests.integration.monitoring import promtool
from tests.integration.monitoring.promtool import Case

CASES = promtool.cases()
REDIS = "redis_exporter-redis.yml"
#: These say that something is not there, so nothing at all makes them fire.
FIRE_ON_NOTHING = {"Watchdog", "TargetMissing", "ExpectedMetricMissing"}


@pytest.fixture(scope="module", autouse=True)
def image() -> None:
    """Prometheus' image of the lab holds promtool."""
    lab_images.service("prometheus")


def alerts() -> set[tuple[str, str, str]]:
    """(name, severity, window) of every alert of the rendered rules."""
    groups = [group for text in rendering.rules().values() for group in (yaml.safe_load(text) or {}).get("groups", [])]
    rules = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    return {(rule["alert"], rule["labels"]["severity"], rule["labels"].get("window", "")) for rule in rules}


def subject(case: Case) -> tuple[str, str, str]:
    return case["alert"], case["severity"], case.get("window", "")


def targets() -> list[str]:
    """`up` of everything the inventory expects."""
    text = rendering.rules()["expected_targets.yml"]
    labels = [rule["labels"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    return [f'up{{job="{label["job"]}",instance="{label["instance"]}"}}' for label in labels]


@pytest.mark.parametrize("fires", [True, False], ids=["fires", "is silent"])
def test_every_alert_has_a_case_in_which_it(fires: bool) -> None:
    shown = {subject(case) for case in CASES if bool(case["fires"]) is fires}
    never = {("Watchdog", "none", "")} if not fires else set()
    assert alerts() - shown == never
    assert {subject(case) for case in CASES} <= alerts()


@pytest.mark.parametrize("every", sorted({case.get("every", "15s") for case in CASES}))
@pytest.mark.parametrize("file", sorted({case["file"] for case in CASES}))
def test_cases(tmp_path: Path, file: str, every: str) -> None:
    wanted = [case for case in CASES if case["file"] == file and case.get("every", "15s") == every]
    for without in {case.get("without") for case in wanted}:
        tests = [promtool.unit_test(case, targets()) for case in wanted if case.get("without") == without]
        done = promtool.run(tmp_path, rules_for(file, without), tests)
        assert done.returncode == 0, "\n".join(promtool.failures(done.stdout + done.stderr))


def rules_for(file: str, without: str | None) -> dict[str, str]:
    """The file and what it builds on: evaluating every rule for every case would take minutes.

    What a component only says of itself in monitoring.yml fires by the rules of whoever watches.
    """
    role, _, of = file.partition("-")
    file = file if file in rendering.rules() else f"prometheus-{of}"
    needs = {file, f"{role}-recorded.yml", f"{role}-objectives.yml", *(["expected_targets.yml"] if file.startswith("prometheus-") else [])}
    return {name: text for name, text in rendering.rules().items() if name in needs and name != without}


def test_a_wrong_expectation_is_found(tmp_path: Path) -> None:
    """promtool really evaluates: the same cases turned round must all fail."""
    turned = [{**case, "fires": 0 if case["fires"] else 1} for case in CASES if case["file"] == REDIS]
    done = promtool.run(tmp_path, rules_for(REDIS, None), [promtool.unit_test(case, targets()) for case in turned])
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert said.count("got:") == len(turned), said


def test_nothing_fires_where_no_metric_is(tmp_path: Path) -> None:
    quiet = sorted({name for name, _, _ in alerts()} - FIRE_ON_NOTHING)
    expression = f'count(ALERTS{{alertstate="firing",alertname=~"{"|".join(quiet)}"}}) or vector(0)'
    sample = [{"labels": "{}", "value": 0}]
    tests = [{"name": "nothing", "interval": "5m", "promql_expr_test": [{"expr": expression, "eval_time": "30h", "exp_samples": sample}]}]
    done = promtool.run(tmp_path, rendering.rules(), tests)
    assert done.returncode == 0, "\n".join(promtool.failures(done.stdout + done.stderr))


def test_nothing_fires_on_an_idle_site(tmp_path: Path) -> None:
    """Everything is up and nobody comes: every counter of every case stands still at 0, what must be 1 is 1."""
    good = re.compile(r"^(up|pg_up|redis_up|ai_gateway_model_up|probe_success|\w+_success(ful)?"
                      r"|echodiary_(container_healthy|check_ok|schema_revision_match|backup_(read|prune)_ok|restore_test_ok|amcheck_ok|logs_query_ok)"
                      r"|\w+_active_servers|\w+_alertmanagers_discovered|node_timex_sync_status|\w+_collector_success)\{")  # fmt: skip
    size = re.compile(r"^(\w*_(MemTotal|MemAvailable|size|avail)_bytes|node_filesystem_files(_free)?|pg_settings_max_connections)\{")
    clock = re.compile(r"^(node_textfile_mtime_seconds|(echodiary|edge)_\w+_last_success_timestamp_seconds)\{")
    names = {name for case in CASES for name in case["series"]} | set(targets())
    # A deploy that failed today is no idle site.
    names = {name for name in names if 'outcome="failed"' not in name and 'outcome="rolled_back"' not in name}
    series = {name: "0+60x240" if clock.match(name) else "1x240" if good.match(name) else "100x240" if size.match(name) else "0x240"
              for name in names}  # fmt: skip
    series |= {name: "0+60x240" for name in names if 'mode="idle"' in name}
    series |= {name: "0x240" for name in names if 'state="' in name and name.startswith("pg_stat_activity")}
    test = {
        "name": "idle",
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": "4h",
                "exp_samples": [{"labels": '{alertname="Watchdog"}', "value": 1}],
            }
        ],
    }
    done = promtool.run(tmp_path, rendering.rules(), [test])
    assert done.returncode == 0, "\n".join(promtool.failures(done.stdout + done.stderr))
