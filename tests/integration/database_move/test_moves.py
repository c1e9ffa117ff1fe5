# SPDX-License-Identifier: GPL-3.0-or-later
"""Two real servers: what is refused before anything is touched, what is closed to writes, what is found when something did not arrive."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.integration import lab_images, local_play
from tests.integration.postgres import Server, waited

pytestmark = pytest.mark.integration
PASSWORDS = {name: secrets.token_urlsafe(24) for name in ("database_password", "database_admin_password")}
ROLES = (
    f"CREATE ROLE shop LOGIN PASSWORD '{PASSWORDS['database_password']}';"
    f"CREATE ROLE shop_admin LOGIN CREATEDB PASSWORD '{PASSWORDS['database_admin_password']}';"
    "GRANT shop TO shop_admin; GRANT pg_signal_backend TO shop_admin"
)
DATA = """
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL, one int UNIQUE, at timestamptz DEFAULT now());
CREATE TABLE "Odd | name" (t text, n numeric); CREATE TABLE parts (id int, day date) PARTITION BY RANGE (day);
CREATE TABLE parts_now PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01'); INSERT INTO parts VALUES (1, '2026-05-05');
INSERT INTO "Odd | name" SELECT 'q' || n || E'\\n\\\\.', n / 3.0 FROM generate_series(1, 50) n;
INSERT INTO orders (item, one) SELECT 'item ' || n, n FROM generate_series(1, 2000) n;
CREATE VIEW dear AS SELECT * FROM orders WHERE one > 100; CREATE SEQUENCE spare;
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0004')
"""
COMPONENT = """
database:
  host: "{{ secret.database_host }}"
  port: "{{ secret.database_port | default(5432) }}"
  name: shop
  user: shop
  password: "{{ words.database_password }}"
  sslmode: disable
  admin: {user: shop_admin, password: "{{ words.database_admin_password }}"}
  secret: {name: here/shop}
  move: "{{ shop_move | default({}) }}"
  backup: {image: "{{ client }}", directory: "{{ place }}"}
"""


class Shop:
    """``secret``: what the secret store has."""

    def __init__(self, source: Server, target: Server, place: Path) -> None:
        self.source, self.target, self.place = source, target, place
        self.secret = {"database_host": source.address}
        (place / "roles" / "shop").mkdir(parents=True)
        (place / "roles" / "shop" / "component.yml").write_text(COMPONENT)
        self.plays = place / "plays"
        self.plays.mkdir()
        (self.plays / "roles").symlink_to(place / "roles")

    @property
    def servers(self) -> dict[str, Any]:
        return {side: {"host": one.address, "port": 5432} for side, one in (("source", self.source), ("target", self.target))}

    def task(self, module: str, *words: str, **given: Any) -> dict[str, Any]:
        variables = {
            "words": PASSWORDS, "client": self.source.client_image, "place": str(self.place / "dumps"), "echodiary_secrets": self.secret,
            "secret": "{{ echodiary_secrets }}", "shop_move": {"host": self.target.address},
        }  # fmt: skip
        asked = {"name": "it", f"echodiary.infra.{module}": {"component": "shop", **given}, "vars": variables}
        played = local_play.play(self.plays, [asked], *words)
        assert not [word for word in PASSWORDS.values() if word in played.output]
        return played.task["it"]

    def move(self, state: str, *words: str, **given: Any) -> dict[str, Any]:
        return self.task("database_move", *words, state=state, **{**({} if state in ("looked", "confirmed") else self.servers), **given})

    def copied(self) -> None:
        assert "failed" not in (made := self.task("database_dump", state="created", id="move")) or not made["failed"], made
        done = self.task("database_dump", state="restored", id="move", host=self.target.address)
        assert not done.get("failed"), done


@pytest.fixture(scope="module")
def servers() -> Iterator[list[Server]]:
    client = docker.from_env()
    image, tools = lab_images.service("postgres"), lab_images.service("postgres-client")
    made = [client.containers.run(image, detach=True, name=f"echodiary-move-test-{os.getpid()}-{number}") for number in range(2)]
    try:
        found = [Server(waited(one), tools) for one in made]
        for one in found:
            one.sql(ROLES)
        yield found
    finally:
        for one in made:
            one.remove(force=True, v=True)


@pytest.fixture
def shop(servers: list[Server], tmp_path: Path) -> Shop:
    for one in servers:
        for name in one.sql("SELECT datname FROM pg_database WHERE datname LIKE 'shop%'").split():
            one.sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    servers[0].sql("CREATE DATABASE shop OWNER shop")
    servers[0].sql(f"SET ROLE shop; {DATA}", "shop")
    return Shop(*servers, tmp_path)


def test_what_would_be_done_is_told_and_nothing_is_touched(shop: Shop) -> None:
    looked = shop.move("looked")
    assert looked["stage"] == "copy" and "5 tables" in looked["lines"][0] and "revision 0004" in looked["lines"][0], looked
    assert looked["values"] == {
        "database_host": shop.target.address, "database_port": "5432",
        "database_host_before": shop.source.address, "database_port_before": "5432",
    }  # fmt: skip
    assert not shop.target.sql("SELECT datname FROM pg_database WHERE datname LIKE 'shop%'")
    shop.source.sql("SET ROLE shop; INSERT INTO orders (item) VALUES ('still')", "shop")


def test_what_cannot_go_well_is_refused_with_all_that_is_in_the_way(shop: Shop) -> None:
    shop.target.sql("CREATE DATABASE shop OWNER shop")
    shop.target.sql("CREATE TABLE theirs (id int)", "shop")
    shop.target.sql("ALTER ROLE shop PASSWORD 'other'; ALTER ROLE shop_admin NOCREATEDB")
    try:
        refused = shop.move("looked")
        assert refused["failed"] and "nothing was touched" in refused["msg"], refused
        for said in (f"is at {shop.target.address}:5432 already, with 1 tables", "does not let in shop", "may not create databases"):
            assert said in refused["msg"], refused["msg"]
    finally:
        shop.target.sql(f"ALTER ROLE shop PASSWORD '{PASSWORDS['database_password']}'; ALTER ROLE shop_admin CREATEDB")


def test_a_closed_database_is_read_and_not_written_by_whoever_was_there_and_whoever_comes(shop: Shop) -> None:
    with shop.source.session("shop", "shop", PASSWORDS["database_password"]) as there:
        done = shop.move("frozen", side="source")
        assert done.get("ended_sessions", 0) >= 1, done["msg"]
        assert not there()
    written = shop.source.container.exec_run(["psql", "-d", "shop", "-c", "INSERT INTO orders (item) VALUES ('late')"], user="postgres")
    assert written.exit_code and b"read-only transaction" in written.output
    assert shop.source.sql("SELECT count(*) FROM orders", "shop") == "2000"
    shop.move("opened", side="source")
    shop.source.sql("SET ROLE shop; INSERT INTO orders (item) VALUES ('again')", "shop")


def test_all_of_it_arrives_and_what_does_not_is_found(shop: Shop) -> None:
    shop.move("frozen", side="source")
    shop.copied()
    shop.move("frozen", side="target")
    same = shop.move("compared")
    assert not same.get("failed") and same["compared"] > 10, same
    spoilt = {
        "UPDATE orders SET item = 'other' WHERE id = 77": "table public.orders: 2000 rows, ",
        "DELETE FROM \"Odd | name\" WHERE t LIKE 'q7%'": 'table public."Odd | name": 50 rows, ',
        "SELECT nextval('spare')": "sequence public.spare: at 1, not begun -> at 1",
        "ALTER TABLE orders DROP CONSTRAINT orders_one_key": "constraints: ",
        "DROP VIEW dear": "views: 1 -> not there",
    }
    for statement, said in spoilt.items():
        shop.target.sql(f"SET ROLE shop; {statement}", "shop", options="-c default_transaction_read_only=off")
        found = shop.move("compared")
        assert found["failed"] and said in found["msg"], (statement, found)


def test_a_run_that_was_cut_off_is_finished_and_goes_back_until_somebody_confirms(shop: Shop) -> None:
    shop.move("frozen", side="source")
    shop.copied()
    shop.move("frozen", side="target")
    looked = shop.move("looked")
    assert looked["stage"] == "copy", "the secret still names the source, so all of it is done again"
    shop.secret.update(looked["values"])
    again = shop.move("looked")
    assert again["stage"] == "roll" and again["source"]["host"] == shop.source.address, again
    shop.move("opened", side="target")
    moved = shop.move("looked")
    assert moved["failed"] and "say -e move=confirm, or -e move=back" in moved["msg"], moved
    back = shop.move("looked", direction="back")
    assert (back["source"]["host"], back["target"]["host"]) == (shop.target.address, shop.source.address), back
    assert back["values"]["database_host"] == shop.source.address and back["values"]["database_host_before"] == ""
    done = shop.move("confirmed")
    assert f"the one at {shop.source.address}:5432 takes no writes" in done["msg"], done
    shop.secret.update(done["values"])
    assert "there is no way back" in shop.move("looked", direction="back")["msg"]


def test_what_a_killed_run_had_half_filled_goes(shop: Shop) -> None:
    shop.target.sql('CREATE DATABASE "shop_restore_move-1" OWNER shop')
    shop.move("frozen", side="source")
    assert not shop.target.sql("SELECT datname FROM pg_database WHERE datname LIKE 'shop%'")
