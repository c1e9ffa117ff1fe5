# SPDX-License-Identifier: GPL-3.0-or-later
"""The database goes to another server and back while somebody writes: what was acknowledged is there, once, wherever it is."""

from __future__ import annotations

import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docker
import pytest

from lab import seeds, topology
from tests.e2e import drill, fleet, test_database_roles
from tests.integration.postgres import Server, waited
from tests.revisions import HEAD

pytestmark = [pytest.mark.e2e, pytest.mark.full]

ROWS = 100_000
ADDRESS = f"{fleet.SUBNET}.90"
SERVED_FROM = "SELECT count(*) FROM pg_stat_activity WHERE application_name ~ '^echodiary-(api|ready)'"


class Writers:
    """Somebody at each host, who writes all the time and remembers what he was told."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.refused: dict[int, int] = {}
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(target,), daemon=True) for target in drill.TARGETS]

    def _write(self, target: str) -> None:
        number = 0
        while not self._over.wait(0.05):
            number += 1
            title = f"move-{os.getpid()}-{id(self)}-{target[-2:]}-{number}"
            body = json.dumps({"title": title, "body": "written while it moves"}).encode()
            request = urllib.request.Request(f"{target}/entries", data=body, headers={"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    assert answer.status == 201
                self.kept.append(title)
            except urllib.error.HTTPError as error:
                self.refused[error.code] = self.refused.get(error.code, 0) + 1

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        time.sleep(1)
        return self

    def __exit__(self, *_: object) -> None:
        time.sleep(1)
        self._over.set()
        for thread in self._threads:
            thread.join(30)


@pytest.fixture(scope="module")
def other(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A second server as RDS would be: its administrator, and nobody else."""
    drill.converge_at(HEAD, tmp_path_factory.mktemp("converge"))
    fleet.sql(f"INSERT INTO entries (title, body) SELECT 'page ' || n, md5(n::text) FROM generate_series(1, {ROWS}) n")
    with _server() as server:
        yield server


@contextmanager
def _server() -> Iterator[Server]:
    client = docker.from_env()
    container = client.containers.create(topology.POSTGRES, name=f"{fleet.NAME}-moves", labels={"echodiary.lab.test": fleet.NAME})
    try:
        client.networks.get("bridge").disconnect(container)
        client.networks.get(fleet.NAME).connect(container, ipv4_address=ADDRESS)
        container.start()
        waited(container)
        seeds.database(container, json.loads((fleet.INVENTORY.parent / "secrets.json").read_text()))
        yield Server(container, "")
    finally:
        container.remove(force=True, v=True)


def move(*words: str, **variables: Any) -> drill.Ran:
    return drill.run("move_database", *words, echodiary_database_move={"host": ADDRESS}, **variables)


def arrived(server: Server | None, writers: Writers) -> None:
    """All that was acknowledged, once."""
    query = f"SELECT count(*) || ' ' || count(DISTINCT title) FROM entries WHERE title LIKE 'move-{os.getpid()}-{id(writers)}-%'"
    found = server.sql(query, "echodiary") if server else fleet.sql(query)
    assert found == f"{len(writers.kept)} {len(writers.kept)}", (found, len(writers.kept))
    assert len(writers.kept) > 20 and set(writers.refused) <= {503}, writers.refused


def test_a_check_says_what_it_takes_and_touches_nothing(other: Server) -> None:
    before = drill.everywhere()
    ran = move("--check")
    assert ran.code == 0 and f"to {ADDRESS}:5432" in ran.output and "min" in ran.output, ran.output
    assert drill.everywhere() == before
    assert "database_host_before" not in test_database_roles.secrets()


def test_it_moves_while_somebody_writes(other: Server) -> None:
    with fleet.ProcessList() as processes, Writers() as writers:
        ran = move(confirm=seeds.ENVIRONMENT)
    assert ran.code == 0, ran.output
    print(ran.output[-1500:], len(writers.kept), writers.refused)  # noqa: T201 - with -s
    arrived(other, writers)
    assert int(other.sql("SELECT count(*) FROM entries WHERE title LIKE 'page %'", "echodiary")) == ROWS
    assert int(other.sql(SERVED_FROM, "echodiary")) > 0 and fleet.sql(SERVED_FROM) == "0"
    assert fleet.sql("SHOW default_transaction_read_only") == "on", "nobody writes where nobody looks any more"
    words = fleet.secrets().values()
    assert not [word for word in words if word in ran.output or any(word in line for line in processes.lines)]


def test_a_second_run_refuses(other: Server) -> None:
    ran = move(confirm=seeds.ENVIRONMENT)
    assert ran.code != 0 and "-e move=confirm, or -e move=back" in ran.output, ran.output


def test_it_goes_back_with_what_was_written_since(other: Server) -> None:
    with Writers() as writers:
        ran = move(move="back", confirm=seeds.ENVIRONMENT)
    assert ran.code == 0, ran.output
    arrived(None, writers)
    assert int(fleet.sql(SERVED_FROM)) > 0 and other.sql(SERVED_FROM, "echodiary") == "0"
    assert test_database_roles.secrets()["database_host"] == f"{fleet.SUBNET}.3"


def test_what_fails_half_way_is_taken_back_and_nobody_s_word_is_lost(other: Server) -> None:
    """It is copied and one host rolls; the other one is not let in."""
    shut_out = f"host all echodiary_app {fleet.address('app2')}/32 reject"
    other.container.exec_run(["sed", "-i", f"1i {shut_out}", "/etc/postgresql/pg_hba.conf"], user="root")
    other.sql("SELECT pg_reload_conf()")
    with Writers() as writers:
        ran = move(confirm=seeds.ENVIRONMENT)
    assert ran.code != 0 and "it was taken back" in ran.output, ran.output
    arrived(None, writers)
    assert fleet.sql("SHOW default_transaction_read_only") == "off"
    assert other.sql("SHOW default_transaction_read_only", "echodiary") == "on", "of two at most one takes writes"
    assert test_database_roles.secrets()["database_host"] == f"{fleet.SUBNET}.3" and drill.lease() is None
