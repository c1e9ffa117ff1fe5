# SPDX-License-Identifier: GPL-3.0-or-later
"""On a converged host: last night's snapshot comes back, the release that serves there reads it, and the live database is whole."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests import warm
from tests.e2e import fleet

pytestmark = [pytest.mark.e2e, pytest.mark.full, pytest.mark.usefixtures("converged")]
LEFT = "docker ps --all --quiet --filter label=echodiary.infra=restore-test; docker network ls --quiet --filter name=restore-test"


@pytest.fixture(scope="module")
def converged(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    run = fleet.play("--limit", "app", tmp=tmp_path_factory.mktemp("converge"))
    assert run.code == 0, run.output
    fleet.on("app1", "echodiary-backup run database")


def serving() -> str:
    return fleet.on("app1", "docker ps --no-trunc --format '{{.ID}} {{.Names}}' | sort")


def test_the_release_of_the_host_reads_what_came_back() -> None:
    before = serving()
    command = [warm.PLAYBOOK, "playbooks/restore_test.yml", "-i", str(fleet.INVENTORY)]
    environment = {**os.environ, **fleet.ENVIRONMENT, "ANSIBLE_FORCE_COLOR": "0"}
    done = subprocess.run(command, cwd=fleet.ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "were back in" in done.stdout and "is well on it and answers /entries?limit=1" in done.stdout, done.stdout
    told = fleet.on("app1", "cat /var/lib/node_exporter/textfile/restore_test_database.prom")
    assert 'check="smoke"} 1' in told and 'phase="release"}' in told
    assert fleet.on("app1", LEFT) == "" and serving() == before


def test_an_image_that_does_not_come_up_on_it_is_found_and_the_live_one_serves_on() -> None:
    slot = (
        Path("/opt/echodiary/echodiary")
        / fleet.on("app1", 'grep -o \'"active": *"[a-z]*"\' /var/lib/echodiary/slots/echodiary.json').split('"')[3]
    )
    before = serving()
    # as a release that does not understand what it is told
    fleet.on(
        "app1",
        f"cp {slot}/compose.yaml /root/compose.yaml && sed -i 's/WEB_CONCURRENCY: .*/WEB_CONCURRENCY: \"none\"/' {slot}/compose.yaml",
    )
    try:
        said = fleet.on("app1", "echodiary-backup restore-test database 2>&1 || true")
    finally:
        fleet.on("app1", f"cp /root/compose.yaml {slot}/compose.yaml")
    assert "smoke: release" in said and "ended by itself with" in said and "WEB_CONCURRENCY" in said, said
    assert fleet.on("app1", LEFT) == "" and serving() == before


def test_the_live_database_is_looked_through_when_its_administrator_has_allowed_it() -> None:
    said = fleet.on("app1", "echodiary-backup amcheck database 2>&1 || true")
    assert "it lacks extension amcheck" in said, said
    for statement in said.partition("administrator: ")[2].partition(" Then")[0].split(";"):
        if statement.strip():
            fleet.sql(statement)
    try:
        said = fleet.on("app1", "echodiary-backup amcheck database 2>&1")
    finally:
        fleet.sql("DROP EXTENSION amcheck")
        fleet.sql("DROP SCHEMA amcheck")
    assert " is whole: " in said
