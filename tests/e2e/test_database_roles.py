# SPDX-License-Identifier: GPL-3.0-or-later
"""One role owns and serves; afterwards one owns and another serves. Users notice nothing, neither then nor when they go back."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from lab import seeds
from tests.e2e import drill, fleet, releases
from tests.revisions import HEAD, NEXT

pytestmark = [pytest.mark.e2e, pytest.mark.full]

RATE = 60.0
SECRET = f"echodiary/{seeds.ENVIRONMENT}/app"
OWNER, SERVING = "echodiary", "echodiary_app"
SERVED_AS = "SELECT string_agg(DISTINCT usename, ',') FROM pg_stat_activity WHERE application_name ~ '^echodiary-(api|ready)'"
ADD_TABLE = 'op.create_table("places", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("name", sa.Text()))'


def store() -> Any:
    session = boto3.Session("lab", "lab", region_name=seeds.REGION)
    return session.client("secretsmanager", endpoint_url=f"http://{fleet.SUBNET}.6:5000")


def secrets() -> dict[str, str]:
    found: dict[str, str] = json.loads(store().get_secret_value(SecretId=SECRET)["SecretString"])
    return found


@pytest.fixture(scope="module")
def one_role(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """As an installation is that was made by hand: its password."""
    place = tmp_path_factory.mktemp("converge")
    drill.converge_at(HEAD, place)
    drill.publish("places", files=releases.migration(NEXT, HEAD, ADD_TABLE, 'op.drop_table("places")'))
    known = secrets()
    # a run that broke off may have begun it
    owner = known.pop("database_migrate_password", known["database_password"])
    known.pop("database_migrate_user", None)
    known.update(database_user=OWNER, database_password=owner)
    store().put_secret_value(SecretId=SECRET, SecretString=json.dumps(known))
    fleet.converge(place)
    fleet.sql(f"DROP OWNED BY {SERVING}, {SERVING}_clone; DROP ROLE {SERVING}_clone, {SERVING}")
    assert fleet.sql(SERVED_AS) == OWNER
    return owner


def environment(host: str) -> str:
    """Of the container that serves."""
    return fleet.on(host, f"docker inspect --format '{{{{.Config.Env}}}}' echodiary-{drill.slots(host)['active']}-api-1")


def test_what_owns_and_serves_is_refused_and_without_a_declaration_told(one_role: str) -> None:
    before = drill.everywhere()
    refused = drill.run("deploy", release="places")
    assert refused.code == 2 and "owns database echodiary" in refused.output, refused.output
    assert "ansible-playbook echodiary.infra.database_roles" in refused.output
    told = drill.run("deploy", "--check", release="places", echodiary_database_roles={})
    assert told.code == 0 and "declare database: roles" in told.output, told.output
    assert drill.everywhere() == before and drill.revision() == HEAD


def test_it_goes_over_without_a_failed_request(one_role: str) -> None:
    check = drill.run("database_roles", "--check")
    assert check.code == 0 and f"serves as {OWNER} -> {SERVING}" in check.output, check.output
    assert fleet.sql(f"SELECT count(*) FROM pg_roles WHERE rolname = '{SERVING}'") == "0"
    with fleet.ProcessList() as processes, drill.traffic(RATE) as found:
        ran = drill.run("database_roles")
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    now = secrets()
    assert (now["database_user"], now["database_migrate_user"], now["database_migrate_password"]) == (SERVING, OWNER, one_role)
    assert fleet.sql(SERVED_AS) == SERVING
    assert not [host for host in drill.APPS if one_role in environment(host)]
    for password in (now["database_password"], one_role):
        assert password not in ran.output
        assert not any(password in line for line in processes.lines)
    again = drill.run("database_roles")
    assert again.code == 0 and "all as declared" in again.output, again.output


def test_a_pending_migration_is_the_owner_s_and_what_it_makes_is_served(one_role: str) -> None:
    with drill.traffic(RATE) as found:
        ran = drill.run("deploy", release="places")
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    assert fleet.sql("SELECT tableowner FROM pg_tables WHERE tablename = 'places'") == OWNER
    assert fleet.sql(f"SELECT has_table_privilege('{SERVING}', 'places', 'INSERT')") == "t"
    assert fleet.sql(f"SELECT has_table_privilege('{SERVING}', 'places', 'TRUNCATE')") == "f"


def test_the_release_before_serves_again_without_a_failed_request(one_role: str) -> None:
    with drill.traffic(RATE) as found:
        ran = drill.run("rollback")
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    assert fleet.sql(SERVED_AS) == SERVING


def test_the_owner_s_password_is_changed_and_nobody_rolls(one_role: str) -> None:
    active = {host: drill.slots(host)["active"] for host in drill.APPS}
    with drill.traffic(RATE) as found:
        ran = drill.run("incident/rotate-secret", confirm=seeds.ENVIRONMENT, rotate_login="migrate")
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    now = secrets()
    assert now["database_migrate_user"] == f"{OWNER}_clone" and now["database_migrate_password"] != one_role
    assert {host: drill.slots(host)["active"] for host in drill.APPS} == active
    migrated = drill.run("migrate", "--check", release="places")
    assert migrated.code == 0, migrated.output
    assert drill.run("database_roles", "--check").code == 0
