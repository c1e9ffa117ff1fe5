# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways back on a real fleet: a rollback never goes forward, a downgrade never takes the schema away from what serves, and neither
needs a registry."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e import drill, fleet, releases
from tests.revisions import HEAD, NEXT

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("released")]

ADD_PLACE = 'op.add_column("entries", sa.Column("place", sa.Text(), nullable=True))'
#: the next revision as the tests of deploys bring it, too, so that either may come first
PLACE = releases.migration(NEXT, HEAD, ADD_PLACE, 'op.drop_column("entries", "place")')
QUICK = {"deploy_gate_hold": 2, "deploy_backup_tasks": "", "deploy_rehearse": "off", "echodiary_ready_deadline": 180}
ALLOW_DROP = [
    {"revision": NEXT, "rule": rule, "direction": "down", "reason": "the column is empty"}
    for rule in ("ban-drop-column", "breaks-running-release")
]


@pytest.fixture(scope="module")
def released(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A fleet on which a release serves that was made for the newest revision."""
    if not _converged():
        fleet.converge(tmp_path_factory.mktemp("converge"))
    drill.publish("placed", files=PLACE)
    ran = drill.run("deploy", release="placed", **QUICK)
    assert ran.code == 0, ran.output


def _converged() -> bool:
    """Deploys before these have left their own pin."""
    return all(drill.running_containers(host) for host in drill.APPS)


@contextlib.contextmanager
def silent_registry() -> Iterator[None]:
    """It takes connections and answers nothing."""
    _docker("pause", f"{fleet.NAME}-registry")
    try:
        yield
    finally:
        _docker("unpause", f"{fleet.NAME}-registry")


def _docker(*words: str) -> None:
    subprocess.run(["docker", *words], check=True, capture_output=True, timeout=120)


def versions() -> set[str]:
    return {version for version, _ in drill.everywhere()}


def ready_everywhere() -> bool:
    question = "python3 -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1/entries?limit=1').status)\""
    return {fleet.on(host, question).strip() for host in drill.APPS} == {"200"}


def test_downgrade_under_a_release_that_needs_the_schema_is_refused() -> None:
    ran = drill.run("migrate", release="placed", deploy_revision=HEAD, deploy_migrations_allowed=ALLOW_DROP[:1], **QUICK)
    assert ran.code != 0
    assert drill.revision() == NEXT
    assert ready_everywhere()
    assert "refused before anything was touched" in ran.output, ran.output


def test_registry_that_does_not_answer_is_told_as_that() -> None:
    with silent_registry():
        ran = drill.run("deploy", release="placed")
    assert ran.code != 0
    assert "does not answer" in ran.output, ran.output
    assert "unknown image" not in ran.output
    assert versions() == {"placed"}


def images() -> set[str]:
    """What serves, by its digest."""
    records = [drill.slots(host) for host in drill.APPS]
    return {record["releases"][record["active"]]["image"] for record in records}


def test_rollbacks_never_go_forward() -> None:
    (left,) = images()
    with silent_registry():
        first = drill.run("rollback", **QUICK)
    assert first.code == 0, first.output
    (between,) = images()
    assert between != left, "a registry is not needed to go back"
    second = drill.run("rollback", **QUICK)
    assert left not in images(), second.output
    if second.code:
        assert images() == {between}
        assert "refused before anything was touched" in second.output
    else:
        assert between not in images()
