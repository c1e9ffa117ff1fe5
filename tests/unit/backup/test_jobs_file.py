# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is told of a job is what its component says: of its database, and of its release."""

from __future__ import annotations

import json
from typing import Any

from tests import rendering

SAVED: dict[str, Any] = {
    "inventory_hostname": "app1", "components": ["echodiary", "backup"], "hostvars": {"app1": {"components": ["echodiary", "backup"]}},
    "groups": {"all": ["app1"], "app": ["app1"]}, "echodiary_image": "i", "echodiary_environment": "test", "echodiary_database_host": "db",
    "echodiary_database_password": "p", "echodiary_database_sslmode": "disable", "echodiary_backup_image": "postgres:17",
    "echodiary_ready_deadline": 90,
}  # fmt: skip


def test_a_host_is_told_how_the_release_is_asked() -> None:
    jobs = {"database": {"kind": "postgres", "component": "echodiary", "schedule": "daily"}}
    told = json.loads(rendering.tree("backup", **SAVED, backup_jobs=jobs)["/etc/echodiary/backup/jobs.json"])["jobs"]["database"]
    assert told["release"] == {
        "compose": "/opt/echodiary/echodiary/{slot}/compose.yaml", "service": "api", "variable": "DATABASE_URL", "user": "echodiary",
        "host": "", "ready": [{"path": "/ready", "status": 200, "json": {"status": "ready"}}],
        "reads": [{"path": "/entries?limit=1", "host": ""}], "deadline": 90,
    }  # fmt: skip
    assert told["database"]["host"] == "db" and "release" not in told["database"]
    assert told["restore_test"]["release"] == "available"
