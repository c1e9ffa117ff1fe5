# SPDX-License-Identifier: GPL-3.0-or-later
"""Both servers as they are. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .._dump import rights
from .._dump import sql as dumps
from .._dump.client import Client
from .._dump.errors import DumpError
from .._dump.store import Store
from . import sql

if TYPE_CHECKING:
    from .._dump.shapes import Facts, Login
    from .shapes import Content, Contents, Manifest, Seen, Side

#: as long as the names that a restore takes beside the live database's, which end in the second when a run began
_FRESH, _BEFORE = "{}_restore_move-0000000000", "{}_before_move-0000000000"


def everything(manifest: Manifest) -> Seen:
    return {
        "source": side(manifest, "source"),
        "target": None if manifest["roles_come"] else side(manifest, "target"),
        "closed": [] if manifest["roles_come"] else list(closed(manifest)),
        "pace": pace(manifest["directory"], manifest["source"]["database"]),
    }


def side(manifest: Manifest, which: str) -> Side:
    login: Login = manifest[which]  # type: ignore[literal-required]
    client, live, owner = Client(login, manifest["timeout"]), login["database"], manifest["owner"]
    there = json.loads(client.sql(sql.SERVER, manifest["maintenance_database"], live=live))
    names = {"live": live, "fresh": _FRESH.format(live), "before": _BEFORE.format(live), "owner": owner}
    facts: Facts = json.loads(client.sql(dumps.LOOK, manifest["maintenance_database"], **names))
    content: Content | None = json.loads(client.sql(sql.CONTENT)) if there["there"] else None
    return {
        "version": there["version"],
        "content": content,
        "frozen": there["frozen"],
        "available": there["available"],
        "strangers": [f"{one['role']} (pid {one['pid']})" for one in facts["sessions"] if one["superuser"] and not facts["superuser"]],
        "wrong": rights.missing({**facts, "sessions": []}, live, names["before"], owner),
    }


def closed(manifest: Manifest) -> Iterator[str]:
    """Who would not get in after the move."""
    for login in manifest["logins"]:
        try:
            Client({**manifest["target"], **login}, manifest["timeout"]).sql("SELECT 1", manifest["maintenance_database"])
        except DumpError as error:
            yield f"{login['user']}: {error}"


def contents(login: Login, owner: str, timeout: float) -> Contents:
    said = Client(login, timeout).sql(sql.CONTENTS, owner=owner)
    return dict(json.loads(line) for line in said.splitlines())


def pace(directory: str, database: str) -> float:
    """A guess at this database's own speed, where it has been dumped."""
    newest = next((one for one in Store(directory).all() if one["database"] == database and one.get("seconds")), None)
    return newest["size"] / newest["seconds"] if newest else 0.0
