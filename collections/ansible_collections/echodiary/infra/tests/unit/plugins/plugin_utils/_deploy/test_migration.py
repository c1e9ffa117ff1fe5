# SPDX-License-Identifier: GPL-3.0-or-later
"""What is pending, where the schema is, which images have to live with it, and what the backup before is called."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import migration, registered


def host(**variables: Any) -> registered.Registered:
    return registered.of("x", {"x": {"ansible_facts": {"deploy_phases": [{"name": "lock", "at": 1700000000.5}]}, **variables}})


def running(image: str) -> dict[str, Any]:
    return {"release": {"running": {"image": image}}}


PENDING = {"pending": [{"revision": "0004"}, {"revision": "0005_Add-Index"}], "current": ["0003"]}


def test_what_is_pending_is_in_order_and_named_in_the_backup() -> None:
    found = migration.migration(host(deploy_schema=PENDING))
    assert (found.pending, found.before, found.migrated) == (["0004", "0005_Add-Index"], "0003", "")
    assert found.backup_id == "before-0005addindex-1700000000"


@pytest.mark.parametrize("schema", [None, {}, {"skipped": True}, {"failed": True, "msg": "x"}, {"unreachable": True}, {"current": None}])
def test_a_schema_that_was_not_read_has_nothing_pending(schema: dict[str, Any] | None) -> None:
    assert migration.migration(host(deploy_schema=schema)) == migration.Migration([], "", "", "")


def test_every_image_that_serves_somewhere_is_asked_once() -> None:
    hosts = [host(deploy_prepared=running(image)) for image in ("new", "old", "new")]
    assert migration.serving([*hosts, host(), host(deploy_prepared={"unreachable": True})]) == ["new", "old"]


def test_what_was_pending_when_it_was_looked_at_is_what_it_was_migrated_to() -> None:
    done = {"pending": [], "current": ["0005"], "applied": ["0004", "0005"]}
    assert migration.migration(host(deploy_pending=["0004", "0005"], deploy_schema=done)).migrated == "0005"
    assert migration.migration(host(deploy_pending=["0004", "0005"], deploy_schema={**done, "applied": []})).migrated == ""
    assert migration.migration(host(deploy_pending=[], deploy_schema=done)).migrated == ""


def test_a_backup_has_a_name_that_every_store_takes() -> None:
    assert migration.backup_id(["A_b-" + "c" * 40], 5.9) == "before-ab" + "c" * 18 + "-5"


def by_command(image: str = "old", **variables: Any) -> registered.Registered:
    prepared = {"migrate": "command", "release": {"running": {"image": image}, "wanted": {"image": "new"}}}
    return host(deploy_prepared=prepared, **variables)


def test_a_command_of_the_release_runs_once_for_an_image_that_is_new() -> None:
    assert migration.migration(by_command()) == migration.Migration([], "", "before-migration-1700000000", "", wanted=True, command=True)
    assert not migration.migration(by_command("new")).wanted
    assert migration.migration(by_command("new"), "migrate").wanted, "nothing else was asked for"


def test_what_a_command_made_of_the_schema_is_known_once_the_running_release_was_well_on_it() -> None:
    ran = {"deploy_commanded": {"migration": {"command": ["bin/migrate", "up"]}}}
    assert migration.migration(by_command(**ran)).migrated == ""
    assert "bin/migrate up" in migration.migration(by_command(**ran, deploy_schema_shown=True)).migrated


def test_a_release_that_names_nobody_migrates_nothing() -> None:
    found = migration.migration(host(deploy_prepared={"migrate": "", "release": {"running": None, "wanted": {"image": "new"}}}))
    assert (found.wanted, found.command, found.pending) == (False, False, [])


def staged(tool: str = "alembic", **variables: Any) -> registered.Registered:
    return host(deploy_prepared={"migrate": tool, "prepared": {}}, **variables)


def test_what_was_looked_at_ahead_counts_where_all_of_it_could_be_seen() -> None:
    assert migration.ahead(staged(deploy_schema={"fit": True}), [staged(), staged()])
    assert migration.ahead(staged("command"), [staged("command")])
    assert not migration.ahead(staged(deploy_schema={"msg": "refused"}), [staged()])
    assert not migration.ahead(staged(deploy_schema={"fit": True}), [staged(), host(deploy_prepared={"msg": "unknown image"})])


def test_who_rehearses() -> None:
    components = {"mon1": ["prometheus"], "mon2": ["example.own.docker"], "mon3": ["docker"]}
    assert migration.rehearses(["mon3", "mon2", "mon1"], components.__getitem__, "app1") == "mon2"
    assert migration.rehearses(["mon1"], components.__getitem__, "app1") == "app1"


def test_what_the_history_keeps_of_a_rehearsal() -> None:
    waited = {"ms": 7, "table": "entries"}
    one = {"revision": "0005", "verdict": "passed", "readers": waited, "writers": waited}
    kept = migration.rehearsed(host(deploy_rehearsal={"verdict": "passed", "migrations": [one]}))
    assert kept == {"rehearsal": "0005 passed, readers 7 ms, writers 7 ms"}
    assert migration.rehearsed(host(deploy_rehearsal={"verdict": "nothing"})) == {"rehearsal": "nothing"}
    assert migration.rehearsed(host(deploy_rehearsal={"skipped": True})) == migration.rehearsed(host()) == {}
