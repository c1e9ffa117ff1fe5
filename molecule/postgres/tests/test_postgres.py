# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that a stranger cannot get into, whose administrator is no superuser, and whose settings are in force."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from testinfra.host import Host

PASSWORD = "it's $no \\ secret"


@pytest.fixture
def address(host: Host) -> str:
    return host.check_output("hostname -I").split()[0]


def asked(address: str, query: str, password: str = PASSWORD, user: str = "master", sslmode: str = "require") -> Any:
    with psycopg.connect(
        host=address, user=user, password=password, dbname="postgres", sslmode=sslmode, connect_timeout=10, autocommit=True
    ) as session:
        found = session.execute(query.encode())
        return found.fetchone() if found.description else None


def as_superuser(host: Host, query: str) -> str:
    with host.sudo("postgres"):
        return host.check_output(f'psql -XAtq -c "{query}"').strip()


def test_the_administrator_comes_over_tls_and_nobody_without(address: str) -> None:
    assert asked(address, "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")[0].startswith("TLSv1.")
    for wrong in ({"sslmode": "disable"}, {"password": "other"}, {"user": "postgres"}):
        with pytest.raises(psycopg.OperationalError):
            asked(address, "SELECT 1", **wrong)


def test_the_administrator_makes_roles_and_databases_and_is_no_superuser(address: str) -> None:
    assert asked(address, "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user") == (False, True, True)
    asked(address, "CREATE ROLE shop LOGIN PASSWORD 'x'")
    asked(address, "CREATE DATABASE shop")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(address, "COPY (SELECT 1) TO PROGRAM 'id'")


def test_settings_are_in_force(host: Host) -> None:
    names = {"shared_buffers": "128MB", "max_prepared_transactions": "5", "log_min_duration_statement": "250ms", "wal_compression": "zstd"}
    assert {name: as_superuser(host, f"SHOW {name}") for name in names} == names
    assert as_superuser(host, "SELECT count(*) FROM pg_settings WHERE pending_restart") == "0"
    assert as_superuser(host, "SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL") == "0"
    assert as_superuser(host, "SELECT count(*) FROM pg_extension WHERE extname = 'pg_stat_statements'") == "1"


def test_what_people_write_is_in_no_log(host: Host, address: str) -> None:
    """Neither in a slow statement's parameters, nor in the row that a refused one names."""
    wrote = "what-somebody-wrote"
    with psycopg.connect(host=address, user="master", password=PASSWORD, dbname="postgres", sslmode="require", autocommit=True) as session:
        session.execute("CREATE TEMP TABLE entries (id int PRIMARY KEY, body text CHECK (length(body) < 5))")
        session.execute("SELECT pg_sleep(0.4), %s::text", [wrote])
        with pytest.raises(psycopg.errors.CheckViolation, match=wrote):
            session.execute("INSERT INTO entries VALUES (1, %s)", [wrote])
    with host.sudo():
        logged = host.check_output("cat /var/log/postgresql/*.log")
    assert "pg_sleep(0.4), $1" in logged, "that it was slow is told"
    assert "violates check constraint" in logged
    assert wrote not in logged


def shut_out(address: str) -> bool:
    """PostgreSQL reads its files a moment after it was told to."""
    try:
        asked(address, "SELECT 1")
    except psycopg.OperationalError:
        return True
    return False


def test_whoever_is_let_in_changes_and_sessions_stay(address: str, converge: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    with psycopg.connect(host=address, user="master", password=PASSWORD, dbname="postgres", sslmode="require") as session:
        changed = converge(postgres_clients=[])
        assert not changed["failed"], changed["output"]
        assert session.execute("SELECT 1").fetchone() == (1,)
        eventually(lambda: shut_out(address))
    back = converge()
    assert not back["failed"], back["output"]
    eventually(lambda: not shut_out(address))


def test_a_new_password_opens_and_the_old_one_does_not(host: Host, address: str, converge: Callable[..., Any]) -> None:
    changed = converge(postgres_admin_password="another one")
    assert not changed["failed"], changed["output"]
    assert asked(address, "SELECT 1", password="another one") == (1,)
    with pytest.raises(psycopg.OperationalError):
        asked(address, "SELECT 1")
    assert not [word for word in ("another one", PASSWORD) if word in changed["output"] + json.dumps(changed)]
    with host.sudo():
        assert "another one" not in host.check_output(
            "cat /proc/[0-9]*/cmdline | tr '\\0' ' '; journalctl --no-pager; cat /var/log/postgresql/*"
        )
    assert host.run("cat /etc/echodiary/postgres/admin.json").rc != 0
    converge()


def test_a_setting_with_which_it_would_not_start_is_taken_back(host: Host, address: str, converge: Callable[..., Any]) -> None:
    failed = converge(postgres_settings={"shared_buffers": "900GB"})
    assert failed["failed"], failed["output"]
    assert asked(address, "SELECT 1") == (1,)
    assert as_superuser(host, "SHOW shared_buffers") == "128MB"
