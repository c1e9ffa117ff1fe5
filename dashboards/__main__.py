# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m dashboards` writes the JSON files; `python -m dashboards --check` says which of them are not up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from dashboards.ai import AI
from dashboards.backups import BACKUPS
from dashboards.delivery import DELIVERY
from dashboards.drift import DRIFT
from dashboards.edge import HAPROXY
from dashboards.logs import LOGS
from dashboards.model import Dashboard
from dashboards.operations import DEPLOYMENTS
from dashboards.overview import BUSINESS, OVERVIEW
from dashboards.service import API
from dashboards.systems import HOSTS, POSTGRESQL, REDIS
from dashboards.watching import ALERTMANAGER, PROMETHEUS

ROLES = Path(__file__).parents[1] / "collections/ansible_collections/echodiary/infra/roles"
#: (role, file) -> what it says. A role may bring others, written by hand.
ALL: dict[tuple[str, str], Dashboard] = {
    ("ai_gateway", "ai.json"): AI,
    ("alertmanager", "alertmanager.json"): ALERTMANAGER,
    ("backup", "backups.json"): BACKUPS,
    ("echodiary", "api.json"): API,
    ("echodiary", "business.json"): BUSINESS,
    ("echodiary", "deployments.json"): DEPLOYMENTS,
    ("echodiary", "overview.json"): OVERVIEW,
    ("haproxy", "haproxy.json"): HAPROXY,
    ("logs", "logs.json"): LOGS,
    ("node_exporter", "hosts.json"): HOSTS,
    ("postgres_exporter", "postgresql.json"): POSTGRESQL,
    ("prometheus", "delivery.json"): DELIVERY,
    ("prometheus", "drift.json"): DRIFT,
    ("prometheus", "prometheus.json"): PROMETHEUS,
    ("redis_exporter", "redis.json"): REDIS,
}


def path(role: str, name: str) -> Path:
    return ROLES / role / "monitoring/dashboards" / name


def stale() -> list[tuple[str, str]]:
    """Those whose file is not what the code says."""
    return [one for one, board in ALL.items() if not path(*one).is_file() or path(*one).read_text(encoding="utf-8") != board.text()]


def main(arguments: list[str]) -> int:
    found = stale()
    if arguments == ["--check"]:
        sys.stdout.writelines(f"{role}: {name} is not up to date: run python -m dashboards\n" for role, name in found)
        return 1 if found else 0
    for role, name in found:
        path(role, name).parent.mkdir(parents=True, exist_ok=True)
        path(role, name).write_text(ALL[role, name].text(), encoding="utf-8")
        sys.stdout.write(f"{role}: {name} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
