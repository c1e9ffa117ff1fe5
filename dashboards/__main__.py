# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m dashboards` writes the JSON files; `python -m dashboards --check` says which of them are not up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from dashboards.drift import DRIFT
from dashboards.model import Dashboard
from dashboards.operations import DEPLOYMENTS
from dashboards.overview import BUSINESS, OVERVIEW
from dashboards.service import API
from dashboards.systems import HOSTS, POSTGRESQL, REDIS

FOLDER = Path(__file__).parents[1] / "collections/ansible_collections/echodiary/infra/roles/grafana/tree/etc/grafana/dashboards"
ALL: dict[str, Dashboard] = {
    "overview.json": OVERVIEW,
    "api.json": API,
    "hosts.json": HOSTS,
    "postgresql.json": POSTGRESQL,
    "redis.json": REDIS,
    "business.json": BUSINESS,
    "deployments.json": DEPLOYMENTS,
    "drift.json": DRIFT,
}


def stale() -> list[str]:
    """Files that are not what the code says, and files the code knows nothing of."""
    present = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    return sorted(name for name in {*present, *ALL} if name not in ALL or present.get(name) != ALL[name].text())


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        sys.stdout.writelines(f"{name} is not up to date: run python -m dashboards\n" for name in stale())
        return 1 if stale() else 0
    for name in stale():
        (FOLDER / name).unlink(missing_ok=True)
        if name in ALL:
            (FOLDER / name).write_text(ALL[name].text(), encoding="utf-8")
            sys.stdout.write(f"{name} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
