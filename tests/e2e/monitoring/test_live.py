# SPDX-License-Identifier: GPL-3.0-or-later
"""Every expression of every rule and panel, asked of a Prometheus that scrapes the real things: each has to return data."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import metrics

from tests import rendering
from tests.e2e.monitoring import panels_table, watched
from tests.lint import dashboards, queries
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("stirred")

DASHBOARDS = rendering.dashboards()
RULES = queries.rules_of(rendering.rules().values())
RDS_ONLY = {"pg_settings_rds_rds_superuser_reserved_connections"}
#: Where all is well there is nothing to mark.
CALM = "annotation Critical alerts"
#: Without a limit Redis has no share of it: the lab's has none, and the drill that sets one looks at this rule.
NOTHING_TO_RECORD = {"instance:redis_memory:percent"}
#: What deploys, backups and the watcher leave on a host. They are not part of this test; what they write is put there by hand.
DRIFT = (
    'namespace="local",dest_server="app1",name="docker",sync_status="Synced",health_status="Healthy"'
    ',origin="pending",judged="no",phase="succeeded",succeeded="false"'
)
TEXTFILE = """
echodiary_deploy_in_progress{{environment="local"}} 1
echodiary_deploy_last_timestamp_seconds{{environment="local",outcome="succeeded"}} {now}
echodiary_backup_last_success_timestamp_seconds{{environment="local"}} {now}
echodiary_backup_last_success_timestamp_seconds{{environment="local",component="echodiary",backup_job="database"}} {now}
echodiary_backup_bytes{{environment="local",component="echodiary",backup_job="database"}} 100000
echodiary_backup_seconds{{environment="local",component="echodiary",backup_job="database"}} 2
echodiary_backup_snapshots{{environment="local",component="echodiary",backup_job="database"}} 7
echodiary_backup_job_restore_tested{{environment="local",component="echodiary",backup_job="database"}} 1
echodiary_backup_job_amchecked{{environment="local",component="echodiary",backup_job="database"}} 1
echodiary_amcheck_ok{{environment="local",component="echodiary",backup_job="database"}} 1
echodiary_amcheck_seconds{{environment="local",component="echodiary",backup_job="database"}} 3
echodiary_amcheck_last_success_timestamp_seconds{{environment="local",component="echodiary",backup_job="database"}} {now}
echodiary_backup_read_last_timestamp_seconds{{environment="local"}} {now}
echodiary_backup_read_ok{{environment="local"}} 1
echodiary_backup_read_part{{environment="local"}} 3
echodiary_backup_prune_last_timestamp_seconds{{environment="local"}} {now}
echodiary_backup_prune_ok{{environment="local"}} 1
echodiary_restore_test_last_success_timestamp_seconds{{environment="local",component="echodiary",backup_job="database"}} {now}
echodiary_restore_test_ok{{environment="local",component="echodiary",backup_job="database",check="rows"}} 1
echodiary_restore_test_seconds{{environment="local",component="echodiary",backup_job="database",phase="restore"}} 2
echodiary_delivery_window_days{{environment="local"}} 30
echodiary_delivery_deploys{{environment="local",component="echodiary",outcome="succeeded"}} 4
echodiary_delivery_deploys_per_day{{environment="local",component="echodiary"}} 0.1
echodiary_delivery_lead_time_seconds{{environment="local",component="echodiary",quantile="0.5"}} 3600
echodiary_delivery_lead_time_seconds{{environment="local",component="echodiary",quantile="0.9"}} 7200
echodiary_delivery_change_failure_ratio{{environment="local",component="echodiary"}} 0.25
echodiary_delivery_restore_seconds{{environment="local",component="echodiary",quantile="0.5"}} 90
echodiary_delivery_restore_seconds{{environment="local",component="echodiary",quantile="1"}} 900
echodiary_delivery_ci_success_ratio{{environment="local",workflow="CI"}} 0.9
echodiary_delivery_ci_duration_seconds{{environment="local",workflow="CI",quantile="0.5"}} 600
echodiary_delivery_ci_duration_seconds{{environment="local",workflow="CI",quantile="0.9"}} 900
echodiary_delivery_ci_runs{{environment="local",workflow="CI",conclusion="success"}} 9
echodiary_delivery_source_ok{{environment="local",source="history"}} 1
echodiary_delivery_last_success_timestamp_seconds{{environment="local"}} {now}
edge_certificate_not_before_timestamp_seconds 1000000000
edge_certificate_not_after_timestamp_seconds {now}0
edge_certificate_failures 0
echodiary_restore_test_backup_age_seconds{{environment="local",component="echodiary",backup_job="database"}} 30000
edge_status_last_success_timestamp_seconds {now}
echodiary_logs_source_expected{{source="app1",host="app1"}} 1
echodiary_logs_last_success_timestamp_seconds{{source="app1"}} {now}
echodiary_logs_disk_bytes{{store="all"}} 1000
echodiary_logs_disk_limit_bytes{{store="all"}} 1000000
echodiary_logs_dropped_total{{store="all"}} 0
echodiary_logs_lines{{source="app1",host="app1",level="INFO"}} 100
echodiary_logs_errors{{source="app1",host="app1",component="echodiary"}} 1
echodiary_logs_matched{{source="app1",host="app1",component="echodiary",pattern="deadlock"}} 0
echodiary_logs_query_ok{{query="deadlock"}} 1
ai_gateway_model_up{{server="model1"}} 1
ai_gateway_requests_total{{key="app",code="200"}} 10
ai_gateway_first_answer_seconds_total{{key="app"}} 2
ai_gateway_tokens_total{{key="app",kind="completion"}} 35
ai_gateway_budget_tokens{{key="app"}} 100
ai_gateway_cost_total{{key="app"}} 0.5
ai_gateway_estimated_total{{key="app"}} 1
ai_gateway_refused_total{{key="app",why="rate"}} 2
ai_gateway_answer_seconds_bucket{{key="app",le="1"}} 8
ai_gateway_answer_seconds_bucket{{key="app",le="+Inf"}} 10
echodiary_questions_total{{result="answered"}} 3
"""


@pytest.fixture(scope="module")
def stirred(receiver: Any) -> Iterator[None]:
    """Ordinary use until there is data everywhere: rates need several scrapes, and what never happened has no series.

    In the end the table of docs/panels.md is written anew, for whoever wants to look or to renew that page.
    """
    text = TEXTFILE.format(now=int(time.time()))
    for family in metrics.FAMILIES:
        value = int(time.time()) if "timestamp" in family.name else int(family.name == "app_info")
        text += f"{metrics.PREFIX}{family.name}{{{DRIFT}}} {value}\n"
    watched.on("mon1", f"printf %s '{text}' > /var/lib/node_exporter/textfile/stood_in.prom; systemctl start echodiary-digest")
    silent = {str(one.values[0]) for one in (*panels(), *recorded()) if one.id not in NOTHING_TO_RECORD}
    end = time.monotonic() + 150
    while silent and time.monotonic() < end:
        for edge in watched.EDGES:
            watched.visit(edge)
        time.sleep(1)
        silent = {expression for expression in silent if not watched.query(expression)}
    yield
    panels_table.write(watched.LEFT / "panels.md", DASHBOARDS)


def panels() -> list[Any]:
    found = []
    for path in DASHBOARDS:
        for where, expression in dashboards.expressions(json.loads(path.read_text(encoding="utf-8"))):
            if where != CALM:
                found.append(pytest.param(dashboards.plain(expression, ".*"), id=f"{path.stem}: {where}"))
    return found


def recorded() -> list[Any]:
    # Windows of hours and days are rates over what there is, but nothing is recorded of the optional group.
    return [pytest.param(str(rule["expr"]), id=rule["record"]) for rule in RULES if "record" in rule and "expected" not in rule["record"]]


@pytest.mark.parametrize("expression", panels())
def test_panels_return_data(expression: str) -> None:
    eventually(lambda: watched.query(expression), 60, expression)


@pytest.mark.parametrize("expression", recorded())
def test_recording_rules_return_data(expression: str, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.id
    found = watched.query(expression)
    assert bool(found) is (name not in NOTHING_TO_RECORD), f"{name}: {found}"


@pytest.mark.parametrize("rule", [rule for rule in RULES if "alert" in rule], ids=lambda rule: rule["alert"])
def test_alerts_have_something_to_judge(rule: dict[str, Any]) -> None:
    """An alert returns nothing as long as all is well; the metrics it looks at have to be there all the time."""
    metrics = {use.metric for use in queries.uses(str(rule["expr"]))} - RDS_ONLY - NOTHING_TO_RECORD
    missing = [metric for metric in metrics if not watched.query(metric)]
    assert missing == []


def test_the_expectation_covers_what_is_scraped() -> None:
    unexpected = watched.query("up unless on (job, instance) expected_target")
    assert unexpected == []
    assert watched.query("expected_target unless on (job, instance) (up == 1)") == []
