# SPDX-License-Identifier: GPL-3.0-or-later
"""A component with monitoring is at most a dozen files, all of its own. Whoever watches finds it, and does not when it has gone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest

from tests import rendering
from tests.integration.monitoring import adding
from tests.integration.monitoring.adding import watched
from tests.lint import queries, recordings, roles, sockets

ADDED = adding.PLACE
ROLE = ADDED / "roles/hourglass"
RULES = "/etc/prometheus/rules/hourglass-hourglass.yml"


def targets(files: dict[str, Any]) -> dict[str, list[str]]:
    config = yaml.safe_load(files["/etc/prometheus/prometheus.yml"])
    return {
        job["job_name"]: [address for group in job["static_configs"] for address in group["targets"]] for job in config["scrape_configs"]
    }


def test_it_is_a_dozen_files_of_its_own() -> None:
    files = [path for path in ADDED.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len(files) <= 12
    assert {path.relative_to(ADDED).parts[:2] for path in files} == {("roles", "hourglass"), ("molecule", "hourglass")}


def test_it_is_whole_by_every_lint() -> None:
    assert roles.missing_files(ROLE, ADDED / "molecule") == []
    assert roles.variable_problems(ROLE) == []
    assert sockets.problems(ROLE) == []
    exports = {**recordings.exporters(), **recordings.exporters(ADDED / "molecule")}
    rules = queries.rules_of([watched("prometheus", "app1")[RULES]])
    assert [queries.alert_problems(rule, "hourglass", ["HourglassLow"]) for rule in rules] == [[]]
    assert [queries.query_problems(rule["expr"], exports, {}, queries.Allowed({}, {})) for rule in rules] == [[]]


def test_who_has_it_is_scraped_expected_and_judged() -> None:
    files = watched("prometheus", "app1", "mon1", hourglass_low_seconds="30")
    assert targets(files)["hourglass"] == ["10.0.0.11:9477", "127.0.0.1:9477"]
    expected = yaml.safe_load(files["/etc/prometheus/rules/expected_targets.yml"])["groups"][0]["rules"]
    assert [rule["labels"]["instance"] for rule in expected if rule["labels"]["job"] == "hourglass"] == ["app1", "mon1"]
    (rule,) = queries.rules_of([files[RULES]])
    assert (rule["alert"], rule["expr"]) == ("HourglassLow", "hourglass_sand_seconds < 30")


@pytest.mark.parametrize("role", ["prometheus", "alertmanager", "grafana"])
def test_when_it_leaves_nothing_is_left_of_it(role: str) -> None:
    assert watched(role) == rendering.tree(role)
    assert "hourglass" not in str(watched(role))


def test_its_dashboard_comes_and_goes_with_it() -> None:
    brought = [path for path in rendering.tree("grafana") if path.startswith("/etc/grafana/dashboards/")]
    assert "/etc/grafana/dashboards/node_exporter-hosts.json" in brought
    only = {"mon1": {"components": ["grafana", "redis_exporter"]}}
    files = rendering.tree("grafana", groups={"all": ["mon1"]}, hostvars=only, components=only["mon1"]["components"])
    assert [path for path in files if path.endswith(".json")] == ["/etc/grafana/dashboards/redis_exporter-redis.json"]
    assert "default_home" not in files["/etc/grafana/grafana.ini"]
    assert "/etc/grafana/dashboards/echodiary-overview.json" in rendering.tree("grafana")["/etc/grafana/grafana.ini"]


def test_its_component_is_one() -> None:
    compose = "services: {hourglass: {image: x}}"
    built = manifest.build("hourglass", {"compose": "/c.yaml", "gathers": {"/etc/x": "y"}}, {"/c.yaml": compose})
    assert "gathers" not in built


#: "echodiary" is also what all of this is called
NAMES = ("node_exporter", "haproxy", "redis_exporter", "postgres_exporter", "blackbox_exporter", "gitops", "job: echodiary", '"echodiary"')


@pytest.mark.parametrize("role", ["prometheus", "grafana"])
def test_who_watches_names_no_component(role: str) -> None:
    """In nothing that is rendered or applied; words for people may give examples."""
    folder = rendering.ROOT / "roles" / role
    files = [folder / "component.yml", folder / "monitoring.yml", *folder.glob("tree/**/*"), *folder.glob("monitoring/rules/*")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files if path.is_file()}
    found = {name: [one for one in NAMES if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text)] for name, text in texts.items()}
    assert {name: names for name, names in found.items() if names} == {}


def test_drift_deploys_and_backups_are_watched_by_every_prometheus() -> None:
    """They come from the controller, or from a host that is no component's: no host's list may take their alerts away."""
    only = {"mon1": {"components": ["prometheus", "grafana"]}}
    given = {"groups": {"all": ["mon1"]}, "hostvars": only, "components": only["mon1"]["components"]}
    texts = [text for path, text in rendering.tree("prometheus", **given).items() if "/rules/" in path]
    alerts = {rule.get("alert") for rule in queries.rules_of(texts)}
    assert {"DriftVerdictStale", "DriftHealFailed", "DriftOutOfSync", "DeployFailed", "DeployStuck"} <= alerts
    assert "prometheus-drift.json" in {Path(path).name for path in rendering.tree("grafana", **given)}


DATABASE = {"alertname": "DatabaseUnreachable", "environment": "p", "instance": "mon1"}
NO_SLOT = {"alertname": "HaproxyNoSlotUp", "environment": "p", "instance": "app1", "proxy": "echodiary"}
HEALTH = {"alertname": "HealthCheckFailing", "environment": "p", "instance": "app1", "job": "probe", "target": "http://10.0.0.11:80/health"}


@pytest.mark.parametrize(
    ("cause", "alert", "muted"),
    [
        (DATABASE, NO_SLOT, True),
        (DATABASE, {**NO_SLOT, "proxy": "shop"}, False),
        (DATABASE, HEALTH, True),
        (DATABASE, {**HEALTH, "target": "http://10.0.0.11:80/shop/health"}, False),
        (DATABASE, {**DATABASE, "alertname": "ContainerUnhealthy", "name": "echodiary-blue-api-1"}, True),
        (DATABASE, {**DATABASE, "alertname": "ContainerUnhealthy", "name": "shop-blue-web-1"}, False),
        (DATABASE, {**DATABASE, "alertname": "ApiErrors"}, True),
        (DATABASE, {**DATABASE, "alertname": "ApiErrors", "environment": "s"}, False),
        (NO_SLOT, HEALTH, True),
        ({**NO_SLOT, "proxy": "shop"}, HEALTH, False),
        (NO_SLOT, {**HEALTH, "instance": "app2"}, False),
        (NO_SLOT, {"alertname": "TargetDown", "job": "echodiary", "instance": "app1"}, True),
        (NO_SLOT, {"alertname": "TargetDown", "job": "node", "instance": "app1"}, False),
    ],
)
def test_what_echodiary_mutes_is_its_own(cause: dict[str, str], alert: dict[str, str], muted: bool) -> None:
    rules = yaml.safe_load((rendering.ROOT / "roles/echodiary/monitoring.yml").read_text(encoding="utf-8"))["inhibit_rules"]
    mutes = [
        fits(rule["source_matchers"], cause)
        and fits(rule["target_matchers"], alert)
        and all(cause.get(name) == alert.get(name) for name in rule["equal"])
        for rule in rules
    ]
    assert any(mutes) is muted


def fits(matchers: list[str], labels: dict[str, str]) -> bool:
    """As Alertmanager does: a regular expression has to match the whole."""
    parts = [re.fullmatch(r'(\w+)(=~?)"(.*)"', one) for one in matchers]
    return all(
        re.fullmatch(part[3], labels.get(part[1], "")) is not None if part[2] == "=~" else labels.get(part[1]) == part[3]
        for part in parts
        if part is not None
    )
