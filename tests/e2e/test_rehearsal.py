# SPDX-License-Identifier: GPL-3.0-or-later
"""A migration meets the fleet's data before production does: on the monitoring host, from the dump that an application host keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import drill, fleet, releases
from tests.revisions import HEAD, NEXT

pytestmark = [pytest.mark.e2e, pytest.mark.full]

#: takes a second and more for a thousand rows, whatever the machine
REWRITING = (
    "op.execute(\"CREATE FUNCTION slow() RETURNS float LANGUAGE plpgsql VOLATILE AS 'BEGIN PERFORM pg_sleep(0.001); RETURN 1; END'\"); "
    'op.execute("ALTER TABLE entries ADD COLUMN luck float DEFAULT slow()")'
)
CONCURRENTLY = 'with op.get_context().autocommit_block(): op.execute("CREATE INDEX CONCURRENTLY by_title ON entries (title)")'
#: what reads the migration alone may be told that it is meant; what is measured is not
ALLOWED = [{"revision": NEXT, "rule": "adding-field-with-default", "reason": "a test"}]


@pytest.fixture(scope="module")
def dumped(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A thousand entries, and a dump that has them."""
    drill.converge_at(HEAD, tmp_path_factory.mktemp("converge"))
    fleet.sql("INSERT INTO entries (title) SELECT 'rehearsed ' || n FROM generate_series(1, 1000) n")
    saved = drill.run("backup")
    assert saved.code == 0, saved.output
    drill.publish("rewriting", files=releases.migration(NEXT, HEAD, REWRITING))
    drill.publish("concurrently", files=releases.migration(NEXT, HEAD, CONCURRENTLY))
    yield
    fleet.sql("DELETE FROM entries WHERE title LIKE 'rehearsed %'")


def left() -> set[str]:
    """Of rehearsals, on all hosts."""
    listed = (fleet.on(host, "docker ps -a --format '{{.Names}}'").split() for host in (*drill.APPS, "mon1"))
    return {name for names in listed for name in names if "rehears" in name}


@pytest.mark.usefixtures("dumped")
def test_a_rewriting_migration_is_refused_before_the_lease_is_taken() -> None:
    before, records = drill.everywhere(), {host: len(drill.history(host)) for host in drill.APPS}
    token = fleet.on("app1", "cat /var/lib/echodiary/lease/deploy.json 2>/dev/null || true")
    ran = drill.run("deploy", release="rewriting", echodiary_migrations_allowed=ALLOWED)
    assert ran.code == 2 and "refused before anything was touched" in ran.output, ran.output
    assert f"{NEXT} ran on last night's data" in ran.output and "deploy_rehearse_max_wait=" in ran.output
    assert drill.revision() == HEAD and drill.everywhere() == before
    assert fleet.on("app1", "cat /var/lib/echodiary/lease/deploy.json 2>/dev/null || true") == token, "nobody waited for it"
    assert {host: len(drill.history(host)) for host in drill.APPS} == records
    # the restored dump, for the next one
    assert left() == {"echodiary-rehearsal-echodiary"}


@pytest.mark.usefixtures("dumped")
def test_one_that_keeps_nobody_waiting_passes(tmp_path: Path) -> None:
    ran = drill.run("rehearse", release="concurrently", deploy_rehearse_keep=0)
    assert ran.code == 0 and "passed" in ran.output, ran.output
    assert drill.revision() == HEAD and left() == set()
