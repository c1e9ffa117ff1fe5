# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and grants on a real server, by an administrator who is no superuser: from nothing, again, and after hands."""

from __future__ import annotations

import time

import pytest

from tests.integration.database_roles.conftest import PASSWORDS, Server, Shop

TABLE = "CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text)"


@pytest.fixture(scope="module")
def healed(server: Server) -> Shop:
    """What every hand is tried on: it is as it was, or the one after it says so."""
    shop = Shop(server)
    shop.made()
    assert shop.says(shop.owner, "owner", TABLE) == "done"
    return shop


@pytest.fixture
def made(shop: Shop) -> Shop:
    shop.made()
    assert shop.says(shop.owner, "owner", TABLE) == "done"
    return shop


def test_from_nothing_to_an_application_that_serves_with_what_it_needs(shop: Shop) -> None:
    foretold = shop.fields()
    assert foretold[f"role:{shop.serving} login"] == ("", True)
    assert foretold[f"database:{shop.name} owner"] == ("", shop.owner)
    assert shop.server.sql(f"SELECT count(*) FROM pg_roles WHERE rolname = '{shop.owner}'") == "0", "a check makes nothing"

    assert shop.made()["changed"]
    assert shop.made()["changed"] is False
    assert shop.fields() == {}

    assert shop.says(shop.owner, "owner", TABLE) == "done"
    for statement, said in {
        "INSERT INTO entries (title) VALUES ('a') RETURNING title": "a",
        "UPDATE entries SET title = 'b' RETURNING title": "b",
        "SELECT count(*) FROM entries": "1",
        "DELETE FROM entries RETURNING title": "b",
        "SELECT nextval('entries_id_seq')": "2",
        "CREATE TABLE mine ()": "permission denied for schema public",
        "TRUNCATE entries": "permission denied for table entries",
        "DROP TABLE entries": "must be owner of table entries",
        f"SET ROLE {shop.owner}": f'permission denied to set role "{shop.owner}"',
        "CREATE ROLE another": "permission denied to create role",
    }.items():
        assert shop.says(shop.serving, "serving", statement) == said, statement
    assert shop.made()["changed"] is False, "what a migration makes is granted as it is made"
    assert shop.says(shop.monitor, "monitor", "SELECT count(*) >= 0 FROM pg_stat_activity") == "True"
    assert shop.says(shop.monitor, "monitor", "SELECT * FROM entries") == "permission denied for table entries"


def test_the_administrator_keeps_no_right_of_the_roles_that_it_made(made: Shop) -> None:
    has = f"SELECT pg_has_role('master', '{made.owner}', 'USAGE') OR pg_has_role('master', '{made.owner}', 'SET')"
    assert made.server.sql(has) == "f"


HANDS = {
    "GRANT TRUNCATE ON entries TO {serving}": (
        "table:public.entries {serving}",
        ["DELETE", "INSERT", "SELECT", "TRUNCATE", "UPDATE"],
        ["DELETE", "INSERT", "SELECT", "UPDATE"],
    ),
    "REVOKE DELETE, SELECT ON entries FROM {serving}": (
        "table:public.entries {serving}",
        ["INSERT", "UPDATE"],
        ["DELETE", "INSERT", "SELECT", "UPDATE"],
    ),
    "GRANT SELECT ON entries TO PUBLIC": ("table:public.entries PUBLIC", ["SELECT"], []),
    "GRANT UPDATE ON SEQUENCE entries_id_seq TO {serving}": (
        "sequence:public.entries_id_seq {serving}",
        ["SELECT", "UPDATE", "USAGE"],
        ["SELECT", "USAGE"],
    ),
    "GRANT ALL ON SCHEMA public TO PUBLIC": ("schema:public PUBLIC", ["CREATE", "USAGE"], []),
    "REVOKE USAGE ON SCHEMA public FROM {serving}": ("schema:public {serving}", [], ["USAGE"]),
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public REVOKE DELETE ON TABLES FROM {serving}": (
        "default:tables of public {serving}",
        ["INSERT", "SELECT", "UPDATE"],
        ["DELETE", "INSERT", "SELECT", "UPDATE"],
    ),
    "ALTER ROLE {serving} CREATEDB": ("role:{serving} createdb", True, False),
    "ALTER ROLE {owner} CREATEROLE": ("role:{owner} createrole", True, False),
    "ALTER ROLE {monitor} CONNECTION LIMIT 50": ("role:{monitor} connections", 50, 5),
    "ALTER ROLE {serving} NOLOGIN": ("role:{serving} login", False, True),
    "ALTER ROLE {serving} PASSWORD 'another'": ("role:{serving} password", "does not open", "opens"),
    "ALTER ROLE {owner}_clone RESET role": ("role:{owner}_clone acts_as", "", "{owner}"),
    "SET ROLE master; GRANT {owner} TO {serving}": ("role:{serving} member_of", ["{owner}"], []),
    "REVOKE pg_monitor FROM {monitor} GRANTED BY master": ("role:{monitor} member_of", [], ["pg_monitor"]),
    "CREATE TABLE mine (); ALTER TABLE mine OWNER TO {serving}": ("role:{serving} owns", ["table mine"], []),
    "GRANT CREATE ON SCHEMA public TO {serving}; CREATE VIEW seen AS SELECT 1; ALTER VIEW seen OWNER TO {monitor}": (
        "table:public.seen owner",
        "{monitor}",
        "{owner}",
    ),
    "ALTER DATABASE {name} OWNER TO master": ("database:{name} owner", "master", "{owner}"),
    "REVOKE CONNECT ON DATABASE {name} FROM {serving}": (
        "database:{name} connect",
        ["{admin}", "{monitor}", "{serving}_clone"],
        ["{admin}", "{monitor}", "{serving}", "{serving}_clone"],
    ),
}


#: each of another kind; the others are long tests
FIRST = ("GRANT TRUNCATE", "REVOKE DELETE", "GRANT ALL ON SCHEMA", "ALTER ROLE {serving} CREATEDB", "SET ROLE master", "CREATE TABLE mine")


@pytest.mark.parametrize("hand", [pytest.param(hand, marks=[] if hand.startswith(FIRST) else pytest.mark.full) for hand in HANDS])
def test_what_a_hand_changed_is_seen_and_healed(healed: Shop, hand: str) -> None:
    def named(value: object) -> object:
        if isinstance(value, list):
            return [named(one) for one in value]
        return value.format(**vars(healed)) if isinstance(value, str) else value

    field, before, after = HANDS[hand]
    healed.server.sql(str(named(hand)), healed.name)
    assert healed.fields()[str(named(field))] == (named(before), named(after))
    assert healed.made()["changed"]
    assert healed.fields() == {}


def test_it_needs_no_superuser_and_says_what_only_one_mends(made: Shop) -> None:
    made.server.sql(f"ALTER ROLE {made.serving} SUPERUSER")
    said = made.asked(check=True)
    assert said["failed"] and f"ALTER ROLE {made.serving} NOSUPERUSER" in said["msg"]
    made.server.sql(f"ALTER ROLE {made.serving} NOSUPERUSER")
    assert made.fields() == {}


def test_a_role_of_somebody_else_s_is_refused_with_what_mends_it(made: Shop) -> None:
    made.server.sql(f"REVOKE {made.serving} FROM master CASCADE; ALTER ROLE {made.serving} CREATEDB")
    said = made.asked()
    assert said["failed"]
    command = f"GRANT {made.serving} TO master WITH ADMIN OPTION"
    assert command in said["msg"]
    made.server.sql(command)
    assert made.made()["changed"]
    assert made.fields() == {}


def test_what_cannot_be_given_is_told_and_all_else_is_done(shop: Shop) -> None:
    shop.wanted["roles"][4]["member_of"] = ["pg_monitor", "pg_checkpoint"]
    found = shop.made()
    assert found["warnings"] == [f"master may not give pg_checkpoint to {shop.monitor}; as who may: GRANT pg_checkpoint TO {shop.monitor}"]
    assert shop.made()["changed"] is False


def test_an_installation_with_one_role_goes_over_without_its_owner(server: Server, shop: Shop) -> None:
    """As production's page had it made by hand: one role owns and serves."""
    server.sql(f"SET ROLE master; CREATE ROLE {shop.owner} LOGIN PASSWORD '{PASSWORDS['owner']}'")
    server.sql(f"CREATE DATABASE {shop.name} OWNER {shop.owner}")
    with shop.connect(shop.owner, "owner", application_name="shop-api/1") as old:
        old.execute(TABLE)
        found = shop.made()
        assert found["serving_as"] == [shop.owner]
        assert not [one for one in found["changes"] if one["resource"] == f"role:{shop.owner}" and "password" in one["fields"]]
        old.execute("INSERT INTO entries (title) VALUES ('still there')")
    assert shop.says(shop.serving, "serving", "SELECT title FROM entries") == "still there"


def test_the_server_has_to_be_who_it_says(server: Server, shop: Shop) -> None:
    made = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=db -addext subjectAltName=IP:{server.address}"
    place = "/var/lib/postgresql/data/server"
    done = server.container.exec_run(["sh", "-c", f"{made} -keyout {place}.key -out {place}.crt && chmod 600 {place}.key"], user="postgres")
    assert done.exit_code == 0, done.output
    authority = server.container.exec_run(["cat", f"{place}.crt"], user="postgres").output.decode()
    shop.address.update(sslmode="require")
    assert "speaks no TLS" in shop.asked(check=True)["msg"]
    server.sql("ALTER SYSTEM SET ssl = on")
    server.sql("SELECT pg_reload_conf()")
    deadline = time.monotonic() + 20
    while shop.asked(check=True)["failed"]:
        assert time.monotonic() < deadline
    shop.address.update(sslmode="verify-full", ca_certificate=authority)
    assert shop.made()["changed"]
    other = server.container.exec_run(["sh", "-c", f"{made} -keyout /dev/null 2>/dev/null"], user="postgres").output.decode()
    shop.address["ca_certificate"] = other
    assert "certificate verify failed" in shop.asked(check=True)["msg"]
    shop.address.update(ca_certificate="")
    assert "needs roles: ca_certificate" in shop.asked(check=True)["msg"]


def test_a_name_is_nothing_but_a_name(shop: Shop) -> None:
    strange = "o\"d'd; DROP \\ ROLE"
    shop.wanted["schemas"] = ["public", strange]
    shop.made()
    shop.says(shop.owner, "owner", 'CREATE TABLE "o""d\'d; DROP \\ ROLE"."a.b""c" (id int)')
    assert shop.fields() == {}
    assert shop.says(shop.serving, "serving", 'SELECT count(*) FROM "o""d\'d; DROP \\ ROLE"."a.b""c"') == "0"


def test_who_serves_is_told_why_it_should_not(made: Shop) -> None:
    def findings(user: str, secret: str) -> list[str]:
        return list(made.made(state="read", user=user, secret=secret)["findings"])

    assert findings(made.serving, "serving") == []
    (owns,) = findings(made.owner, "owner")
    assert owns.startswith(f"{made.owner} owns database {made.name}")
    made.server.sql(f"ALTER ROLE {made.owner}_clone PASSWORD '{PASSWORDS['owner']}'")
    assert findings(f"{made.owner}_clone", "owner")[0].startswith(f"{made.owner}_clone may become {made.owner}, which owns database")
    made.server.sql(f"ALTER ROLE {made.serving} SUPERUSER")
    assert findings(made.serving, "serving") == [f"{made.serving} has SUPERUSER"]


def test_the_log_of_the_server_has_no_password(made: Shop) -> None:
    made.server.sql("ALTER SYSTEM SET log_statement = 'all'")
    made.server.sql("SELECT pg_reload_conf()")
    made.server.sql(f"ALTER ROLE {made.serving} PASSWORD 'another'")
    assert made.made()["changed"]
    log = made.server.container.logs().decode()
    assert "ALTER ROLE" in log
    assert not any(word in log for word in PASSWORDS.values())
