# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrations on a copy of production's data: what would make people wait is refused, and nothing is left, nor reached, nor seen."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._rehearsal import sources

from tests.integration.rehearsal import workshop
from tests.integration.rehearsal.conftest import ROWS, Saved
from tests.integration.rehearsal.workshop import Left, rehearse


@contextlib.contextmanager
def watched() -> Iterator[set[str]]:
    """Every command line, and what Docker tells of every container of ours, that could be seen meanwhile."""
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    seen.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            for name in [f"echodiary-rehearsal-{workshop.COMPONENT}", *workshop.release_containers()]:
                with contextlib.suppress(subprocess.CalledProcessError):
                    seen.add(workshop.inspected(name))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def test_three_migrations(three: str, dumps: Path) -> None:
    """A default that rewrites the table is refused, an index built concurrently passes, and rows that go are told by name and number."""
    before = Left()
    with watched() as seen:
        found = rehearse(three, dumps, keep=0.0)
    assert found["verdict"] == "refused" and found["rows"] == ROWS, found["msg"]
    rewritten, concurrently, deleted = found["migrations"]
    assert [one["verdict"] for one in found["migrations"]] == ["refused", "passed", "refused"], found["msg"]
    assert rewritten["lock"]["mode"] == "AccessExclusiveLock" and rewritten["readers"]["table"] == "entries"
    assert min(rewritten["readers"]["ms"], rewritten["writers"]["ms"], rewritten["lock"]["ms"]) >= ROWS
    assert "deploy_rehearse_max_wait=" in rewritten["why"][0] and "rehearsed-wait" in rewritten["why"][0]
    assert concurrently["lock"] is None
    assert deleted["changed"] == [{"table": "entries", "before": ROWS, "after": ROWS // 2}]
    assert f"entries {ROWS:,} -> {ROWS // 2}" in found["msg"] and "floor" in found["msg"]
    assert Left().more_than(before) == {}
    # the copy's password is the only one, and it is nobody's: what is looked for is any
    assert any("docker run" in line for line in seen) and any('"NetworkMode": "none"' in line for line in seen)
    assert [line for line in seen if workshop.PASSWORD in line or ("postgresql://" in line and "rehears" in line)] == []


@pytest.mark.full
def test_a_dump_is_restored_once_and_a_newer_one_takes_its_place(
    three: str, dumps: Path, production: workshop.Server, tmp_path: Path
) -> None:
    first, second = rehearse(three, dumps), rehearse(three, dumps)
    assert (first["restored"], second["restored"]) == (True, False)
    assert workshop.databases() == {"postgres", "template0", "template1", "restored"}
    production.dump(tmp_path, "night-2")
    third = rehearse(three, tmp_path)
    assert third["restored"] and third["dump"]["id"] == "night-2"


@pytest.mark.full
def test_what_is_meant_is_allowed(three: str, dumps: Path) -> None:
    allow = [{"revision": "0005", "rule": "rehearsed-wait", "reason": "at night", "direction": "up"}]
    found = rehearse(three, dumps, allow=allow, accept_lost_rows=True)
    assert [one["verdict"] for one in found["migrations"]] == ["allowed", "passed", "passed"], found["msg"]
    assert found["verdict"] == "passed" and not found["failed"]


@pytest.mark.full
def test_from_another_host_part_by_part(three: str, dumps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.echodiary.infra.plugins.plugin_utils._rehearsal.flow.PART", 10_000)
    found = rehearse(three, dumps, there=True, pending=["0007"])
    assert found["restored"] and [one["verdict"] for one in found["migrations"]] == ["before", "before", "refused"], found["msg"]


def test_the_newest_snapshot_is_found_without_a_name_and_fetched_whole(saved: Saved) -> None:
    with workshop.program_of(saved.saves):
        found, why = sources.program("", workshop.COMPONENT)
        assert found and (found["job"], found["id"], why) == ("nightly", saved.dump["id"], "")
        data = b"".join(sources.stream(found, ""))
    assert data[:5] == b"PGDMP" and len(data) == saved.dump["size"]


@pytest.mark.full
def test_from_the_repository_by_the_one_job_that_is_there(three: str, saved: Saved) -> None:
    """It is called otherwise than the component, and nobody names it."""
    with workshop.program_of(saved.saves):
        found = rehearse(three, saved.nowhere, pending=["0007"])
    assert found["dump"] == {**saved.dump, "age": found["dump"]["age"]} and found["restored"], found["msg"]
    assert [one["verdict"] for one in found["migrations"]] == ["before", "before", "refused"], found["msg"]
    assert found["rows"] == ROWS and not found["notes"]


@pytest.mark.full
def test_from_the_repository_on_a_host_that_has_only_its_key(three: str, dumps: Path, saved: Saved) -> None:
    """The job is another host's, which the inventory tells. Without that there is no such job, and dumps serve, or say why not."""
    with workshop.program_of(saved.reads):
        found = rehearse(three, saved.nowhere, job="nightly", pending=["0007"])
        unnamed = rehearse(three, dumps, check=True)
        other = rehearse(three, dumps, check=True, job="other")
    assert (found["dump"]["source"], found["dump"]["id"], found["rows"]) == ("program", saved.dump["id"], ROWS), found["msg"]
    assert unnamed["dump"]["source"] == other["dump"]["source"] == "store"
    assert not unnamed["notes"] and "list other says" in other["notes"][0]


@pytest.mark.full
def test_a_repository_that_does_not_take_the_key_leaves_nothing(three: str, saved: Saved) -> None:
    before = Left()
    saved.reads.tell(secret_key="not-the-key")
    try:
        with workshop.program_of(saved.reads):
            found = rehearse(three, saved.nowhere, job="nightly")
    finally:
        saved.reads.tell()
    assert found["verdict"] == "nothing" and "echodiary.infra.backup" in found["msg"], found
    assert Left().more_than(before) == {}


def test_check_mode_starts_nothing(three: str, dumps: Path) -> None:
    before = Left()
    found = rehearse(three, dumps, check=True, pending=["0005"])
    assert found["verdict"] == "would" and "night-1" in found["msg"]
    assert Left().more_than(before) == {}


@pytest.mark.parametrize("required", [True, False])
def test_nothing_to_rehearse_on(three: str, tmp_path: Path, required: bool) -> None:
    found = rehearse(three, tmp_path, required=required)
    assert (found["verdict"], found["failed"]) == ("nothing", required)
    assert "echodiary.infra.backup" in found["msg"]


@pytest.mark.full
def test_a_damaged_dump_is_no_data(three: str, dumps: Path, tmp_path: Path) -> None:
    before = Left()
    for one in dumps.iterdir():
        (tmp_path / one.name).write_bytes(one.read_bytes())
    dump = tmp_path / "night-1.dump"
    dump.write_bytes(dump.read_bytes()[:-1] + b"x")
    found = rehearse(three, tmp_path)
    assert found["verdict"] == "nothing" and "SHA-256" in found["msg"]
    assert Left().more_than(before) == {}


def _until(what: str, condition: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_killed_in_the_middle(three: str, dumps: Path) -> None:
    """While a migration runs on the copy. The next run leaves nothing of it behind, and is as good as any."""
    before = Left()
    with workshop.begun(three, dumps) as process:
        _until("a release migrates", lambda: workshop.release_containers() and "copy" in workshop.databases())
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert workshop.release_containers(), "it was in the middle"
    found = rehearse(three, dumps, keep=0.0)
    assert found["verdict"] == "refused" and not found["restored"], found["msg"]
    assert Left().more_than(before) == {}


@pytest.mark.full
def test_killed_while_it_restores(three: str, dumps: Path) -> None:
    before = Left()
    with workshop.begun(three, dumps) as process:
        _until("a server is there", lambda: f"echodiary-rehearsal-{workshop.COMPONENT}" in Left().containers)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    found = rehearse(three, dumps, keep=0.0)
    assert found["restored"] and Left().more_than(before) == {}, found["msg"]


@pytest.mark.full
def test_without_a_next_run_it_ends_by_itself(three: str, dumps: Path) -> None:
    """With a minute in place of a night: server, copy, volume, and the release that works on it."""
    before = Left()
    with workshop.begun(three, dumps, keep=0.001) as process:
        _until("a release migrates", lambda: workshop.release_containers())
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    _until("it ended", lambda: Left().more_than(before) == {}, 90)


@pytest.mark.full
def test_production_cannot_be_reached(three: str, dumps: Path, production: workshop.Server) -> None:
    """From where a release is started, with production's own address and password."""
    rehearse(three, dumps)
    network = f"container:echodiary-rehearsal-{workshop.COMPONENT}"
    tried = (
        "import psycopg\n"
        f"try: psycopg.connect('postgresql://echodiary:{workshop.PASSWORD}@{production.address}/echodiary?connect_timeout=5')\n"
        "except psycopg.OperationalError as error: print('not reached:', error)\n"
    )
    reached = {
        name: docker.from_env().containers.run(three, ["-c", tried], entrypoint="python", network_mode=mode, remove=True).decode()
        for name, mode in (("from anywhere else", "bridge"), ("from the copy", network))
    }
    assert "not reached" not in reached["from anywhere else"], reached
    assert "not reached" in reached["from the copy"] and "unreachable" in reached["from the copy"], reached


@pytest.mark.full
def test_all_seven(production: workshop.Server, three: str, tmp_path: Path) -> None:
    production.sql("DROP DATABASE IF EXISTS echodiary WITH (FORCE)", "CREATE DATABASE echodiary OWNER echodiary")
    production.migrate(three)
    production.fill(127_200)
    production.dump(tmp_path, "night-7")
    image = workshop.release("seven", workshop.SEVEN)
    try:
        # on a quick machine a hundred thousand rows are rewritten in a third of a second
        found = rehearse(image, tmp_path, max_wait=200)
    finally:
        docker.from_env().images.remove(image, force=True)
    by = {one["revision"]: one for one in found["migrations"]}
    print("\n".join(str(one) for one in found["migrations"]))  # noqa: T201 - the table of the documentation
    nullable, rewritten, _indexed, concurrently, _not_null, filled, deleted = by.values()
    assert nullable["verdict"] == concurrently["verdict"] == "passed", found["msg"]
    for one in (rewritten, filled):
        assert (one["verdict"], one["lock"]["mode"]) == ("refused", "AccessExclusiveLock"), found["msg"]
    assert by["0007"]["lock"]["mode"] == "ShareLock" and by["0007"]["readers"]["ms"] < by["0007"]["writers"]["ms"]
    assert deleted["changed"] == [{"table": "entries", "before": 127_200, "after": 63_600}] and deleted["verdict"] == "refused"
