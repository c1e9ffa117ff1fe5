# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret in which RDS keeps its administrator: it names the one that was asked for."""

from __future__ import annotations

import json
from typing import Any

from . import Asked, after


@after("rds:CreateDBInstance", "rds:ModifyDBInstance")
def administrator_by_its_name(asked: Asked, answer: dict[str, Any]) -> None:
    database = asked.backend("rds").databases.get(asked.get("DBInstanceIdentifier"))
    kept = getattr(database, "master_user_secret", None)
    if kept is None:
        return
    version = kept.secret.versions[kept.secret.default_version_id]
    content = json.loads(version["secret_string"])
    version["secret_string"] = json.dumps({**content, "username": database.master_username})
