# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a role as a host would get them, rendered by the code that renders them for hosts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import render, roster, source

ROOT = Path(__file__).parents[1]

#: Two application hosts and one that watches them: enough for every loop in a template to run more than once.
APP = ["node_exporter", "haproxy", "echodiary"]
MONITORING = ["node_exporter", "postgres_exporter", "redis_exporter", "blackbox_exporter", "alertmanager", "prometheus", "grafana"]
FLEET: dict[str, Any] = {
    "inventory_hostname": "mon1",
    "components": MONITORING,
    "groups": {"all": ["app1", "app2", "mon1"], "app": ["app1", "app2"], "monitoring": ["mon1"]},
    "hostvars": {
        "app1": {"components": APP, "ansible_host": "10.0.0.11"},
        "app2": {"components": APP, "ansible_host": "10.0.0.12"},
        "mon1": {"components": MONITORING, "ansible_host": "10.0.0.5"},
    },
    "prometheus_image": "prom/prometheus",
    "prometheus_environment": "test",
    "alertmanager_image": "prom/alertmanager",
    "grafana_image": "grafana/grafana",
    "grafana_admin_password": "a-password",
}


def tree(role: str, **variables: Any) -> dict[str, Any]:
    """Absolute path on the host -> text. What rendered to nothing is left out."""
    loader = DataLoader()
    found = source.load(role, str(ROOT), loader)
    given: Any = {**FLEET, **variables}
    templar = Templar(loader, variables=given)
    known = roster.Roster(loader, templar, given, [role])
    available = render.variables(found, given, templar, known.variables())
    return {path: text for path, text in render.tree(found, available, templar).items() if text is not None}


@cache
def rules() -> dict[str, str]:
    """Prometheus' rule files with the role's default thresholds and every optional group: file name -> text."""
    files = tree("prometheus", prometheus_slo_rules=True)
    return {Path(path).name: text for path, text in files.items() if path.startswith("/etc/prometheus/rules/")}
