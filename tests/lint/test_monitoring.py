# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules and dashboards against what real exporters export, and alerts against their runbooks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import release
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import metrics

from tests import rendering
from tests.lint import dashboards, queries, recordings, yaml_files

ROLES = rendering.ROOT / "roles"
DASHBOARDS = rendering.dashboards()
RULES = queries.rules_of(rendering.rules().values())
#: (role, rule): a file is called after the role that brings it
ALERTS = [
    (name.partition("-")[0], rule) for name, text in rendering.rules().items() for rule in queries.rules_of([text]) if "alert" in rule
]
RECORDED = {rule["record"]: rule["expr"] for rule in RULES if "record" in rule}
#: What the watcher of the fleet leaves as a textfile: it has a catalogue of its own, with every name and type.
WATCHER = frozenset({"namespace", "dest_server", "name", "sync_status", "health_status", "origin", "judged", "phase", "succeeded"})
GITOPS = {metrics.PREFIX + family.name: recordings.Metric(family.kind, WATCHER) for family in metrics.FAMILIES}
EXPORTERS = {**recordings.exporters(), "gitops": {recordings.HERE: GITOPS}}

ALLOWED = queries.Allowed(
    metrics={
        "pg_settings_rds_rds_superuser_reserved_connections": "RDS only; the rule works without it",
    },
    untyped_counters={"node_vmstat_oom_kill": "the kernel's counter, exported without a type"},
)


def problems_of(expression: str) -> list[str]:
    return queries.query_problems(expression, EXPORTERS, RECORDED, ALLOWED)


def panel_queries() -> list[Any]:
    found = []
    for path in DASHBOARDS:
        for where, expression in dashboards.expressions(json.loads(path.read_text(encoding="utf-8"))):
            found.append(pytest.param(dashboards.plain(expression), id=f"{path.stem}: {where}"))
    return found


def test_every_upstream_exporter_is_recorded_in_two_versions() -> None:
    upstream = {name: len(versions) for name, versions in EXPORTERS.items() if [*versions] != [recordings.HERE]}
    assert upstream == dict.fromkeys(upstream, 2)
    assert {"alertmanager", "blackbox", "haproxy", "node", "postgres", "prometheus", "redis"} <= upstream.keys()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_rules_ask_for_what_exists(rule: dict[str, Any]) -> None:
    assert problems_of(str(rule["expr"])) == []


@pytest.mark.parametrize("expression", panel_queries())
def test_panels_ask_for_what_exists(expression: str) -> None:
    assert problems_of(expression) == []


def pages(role: str) -> list[str]:
    return sorted(path.stem for path in (ROLES / role / "monitoring/runbooks").glob("*.md"))


@pytest.mark.parametrize(("role", "rule"), [pytest.param(*one, id=one[1]["alert"]) for one in ALERTS])
def test_alerts_say_what_to_do(role: str, rule: dict[str, Any]) -> None:
    assert queries.alert_problems(rule, role, pages(role)) == []


@pytest.mark.parametrize("role", sorted({path.parent.name for path in ROLES.glob("*/monitoring")}))
def test_a_role_has_pages_for_its_alerts_and_its_readme_leads_there(role: str) -> None:
    alerts = sorted({rule["alert"] for name, rule in ALERTS if name == role})
    assert pages(role) == alerts
    linked = re.findall(r"\[(\w+)\]\(monitoring/runbooks/\1[.]md\)", (ROLES / role / "README.md").read_text(encoding="utf-8"))
    assert sorted(linked) == alerts


@pytest.mark.parametrize("page", sorted(ROLES.glob("*/monitoring/runbooks/*.md")), ids=lambda page: page.stem)
def test_a_page_leads_to_pages_that_are_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+[.]md)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.resolve().parent / link).is_file()] == []


def test_what_takes_the_place_of_a_variable_is_one() -> None:
    """Or a key of what a component declares."""
    known = {name for path in ROLES.glob("*/defaults/main.yml") for name in yaml_files.load(path) or {}}
    known |= {f"release.{key}" for key in release.OPTIONS}
    gone = {name: place for path in ROLES.glob("*/meta/gone.yml") for name, place in yaml_files.load(path).items()}
    assert len(gone) > 30 and not known & gone.keys()
    assert {name: place for name, place in gone.items() if place.rpartition(" ")[2] not in known} == {}


def test_what_is_allowed_is_used() -> None:
    """An entry nobody needs would let a mistake through."""
    panels = [param.values[0] for param in panel_queries()]
    used = {use.metric for expression in [str(rule["expr"]) for rule in RULES] + panels for use in queries.uses(expression)}
    assert set(ALLOWED.metrics) | set(ALLOWED.untyped_counters) <= used


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("rate(pg_stat_activity_max_tx_duration[5m]) > 120", "rate() of pg_stat_activity_max_tx_duration, which is a gauge"),
        ("redis_total_system_memory_bytes", "is exported by none of"),
        ("pg_stat_bgwriter_checkpoints_timed_total", "is exported by none of"),
        ('http_requests_total{status_code="500"}', "has no label status_code"),
        ("increase(instance:cpu_busy:percent[5m])", "which is recorded and no counter"),
        ("rate(up[5m])", "which is a gauge in Prometheus"),
        ("increase(echodiary_container_healthy[5m])", "which is a gauge in containers here"),
        ("increase(pg_settings_rds_rds_superuser_reserved_connections[5m])", "does not end in _total"),
        ("up ==", "is no PromQL"),
        ("max_over_time(rate(node_load1[1m])[5m:])", "rate() of node_load1"),
        ("rate(node_cpu_seconds_total[5m])", ""),
        ("rate(http_request_duration_seconds_bucket[5m])", ""),
    ],
)
def test_dead_queries_are_found(expression: str, said: str) -> None:
    problems = problems_of(expression)
    assert any(said in problem for problem in problems) if said else problems == []


def test_a_metric_that_one_version_lacks_is_found() -> None:
    metric = recordings.Metric("gauge", frozenset())
    two: dict[str, dict[str, dict[str, recordings.Metric]]] = {"x": {"1": {"x_a": metric}, "2": {}}}
    assert queries.query_problems("x_a", two, {}, ALLOWED) == ["x_a is not exported by x 2"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"labels": {}}, "has no label severity"),
        ({"annotations": {"summary": "s", "description": "d"}}, "has no runbook_url"),
        ({"annotations": {"description": "d", "runbook_url": "u/A.md"}}, "has no summary"),
        (
            {"annotations": {"summary": "s", "description": "d", "runbook_url": "u/x/monitoring/runbooks/B.md"}},
            "runbook is called otherwise",
        ),
        (
            {"annotations": {"summary": "s", "description": "d", "runbook_url": "u/y/monitoring/runbooks/A.md"}},
            "runbook is called otherwise",
        ),
        ({"alert": "B"}, "has no page x/monitoring/runbooks/B.md"),
    ],
)
def test_alerts_that_do_not_say_what_to_do_are_found(change: dict[str, Any], said: str) -> None:
    said_of_it = {"summary": "s", "description": "d", "runbook_url": "u/x/monitoring/runbooks/A.md"}
    good = {"alert": "A", "labels": {"severity": "warning"}, "annotations": said_of_it}
    problems = queries.alert_problems({**good, **change}, "x", ["A"])
    assert any(said in problem for problem in problems) if said else problems == []


def test_an_exposition_is_read_as_prometheus_reads_it(tmp_path: Path) -> None:
    text = '# TYPE d histogram\nd_bucket{le="+Inf",a="x,y=\\"z\\""} 1\nd_count 1\n# TYPE c counter\nc{b="1"} 2\nc{e="1"} 2 1700\nu 1\n'
    metrics = recordings.read_exposition(text)
    assert metrics == {
        "d_bucket": recordings.Metric("histogram", frozenset({"le", "a"})),
        "d_count": recordings.Metric("histogram", frozenset()),
        "c": recordings.Metric("counter", frozenset({"b", "e"})),
        "u": recordings.Metric("untyped", frozenset()),
    }
    file = tmp_path / "role/monitoring/exports/x-1.txt"
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(recordings.write(metrics)))
    assert recordings.exporters(tmp_path) == {"x": {"1": metrics}}


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize(("image", "floor"), [("alertmanager_image", (0, 28)), ("postgres_exporter_image", (0, 19))])
def test_no_older_version_is_pinned(environment: str, image: str, floor: tuple[int, int]) -> None:
    """Older Alertmanagers lose what Discord finds too long; older exporters pile up connections on a blocked database."""
    text = (rendering.ROOT / f"inventories/{environment}/group_vars/all/versions.yml").read_text(encoding="utf-8")
    pinned = re.search(rf"^{image}: \S+@sha256:[0-9a-f]{{64}} # v(\d+)\.(\d+)\.\d+$", text, re.MULTILINE)
    assert pinned is not None
    assert (int(pinned[1]), int(pinned[2])) >= floor
