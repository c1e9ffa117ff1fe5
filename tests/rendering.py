# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a role as a host would get them, rendered by the code that renders them for hosts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import documents
from ansible_collections.echodiary.infra.plugins.plugin_utils._backup import databases
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import gather, manifest, monitoring, render, roster, source
from ansible_collections.echodiary.infra.plugins.plugin_utils._firewall import door

ROOT = Path(__file__).parents[1]

#: Two application hosts and one that watches them, with every component that says how it is watched: enough for every loop in a template
#: to run more than once.
APP = ["node_exporter", "haproxy", "echodiary"]
MONITORED = sorted({path.parent.name for path in (ROOT / "roles").glob("*/monitoring*")})
MONITORING = [name for name in MONITORED if name not in APP[1:]]
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
    "model_server_image": "vllm/vllm-openai",
    "grafana_image": "grafana/grafana",
    "grafana_admin_password": "a-password",
    "postgres_exporter_host": "db.example.org",
    "backup_repository": "s3:https://s3.example.org/backups/test",
    "backup_password": "a-password",
    "cloudwatch_agent_packages": {"amd64": {"url": "https://example.org/agent.deb", "sha256": "0" * 64}},
}


def tree(role: str, **variables: Any) -> dict[str, Any]:
    """Absolute path on the host -> text. What rendered to nothing is left out. Roles of ``playbook_dir`` come first."""
    loader = DataLoader()
    given: Any = {"playbook_dir": str(ROOT), **FLEET, **variables}
    found = source.load(role, given["playbook_dir"], loader)
    templar = Templar(loader, variables=given)
    hosts = roster.Roster(loader, templar, given, [role])
    available = render.variables(found, given, templar, known(hosts))
    files = gather.tree(found, {"gathers": found.spec.get("gathers")}, available, templar, hosts)
    return {path: text for path, text in files.items() if text is not None}


def known(hosts: roster.Roster) -> dict[str, Any]:
    """What templates may call."""
    makers = (hosts, monitoring.Monitoring(hosts), databases.Databases(hosts), door.Firewall(hosts))
    return {name: one for maker in makers for name, one in maker.variables().items()}


def component(role: str, **variables: Any) -> documents.ComponentSpec:
    """What is sent to a host of it, for all of its distributions."""
    loader = DataLoader()
    given: Any = {"playbook_dir": str(ROOT), **FLEET, **variables}
    found = source.load(role, given["playbook_dir"], loader)
    templar = Templar(loader, variables=given)
    hosts = roster.Roster(loader, templar, given, [role])
    available = render.variables(found, given, templar, known(hosts))
    return manifest.build(role, render.spec(found, available, templar), gather.tree(found, {}, available, templar, hosts))


@cache
def rules() -> dict[str, str]:
    """Prometheus' rule files with the roles' default thresholds and every optional group: file name -> text."""
    files = tree("prometheus", echodiary_slo_rules=True)
    return {Path(path).name: text for path, text in files.items() if path.startswith("/etc/prometheus/rules/")}


def dashboards() -> list[Path]:
    """Of every role, in the order of their names."""
    return sorted((ROOT / "roles").glob("*/monitoring/dashboards/*.json"), key=lambda path: path.name)
