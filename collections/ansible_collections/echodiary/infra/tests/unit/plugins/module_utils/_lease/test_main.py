# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock as the host has it: real files, real processes."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._lease import main, store
from ansible_collections.echodiary.infra.plugins.module_utils._ledger import journal

CONTENDERS = 24
WALL = 1_800_000_000.0


def ask(directory: Path, state: str, **given: Any) -> dict[str, Any]:
    """One request at a time of our choosing (``at`` s after the first)."""
    check, at = given.pop("check", False), given.pop("at", 0.0)
    base = {"owner": "ann", "reason": "deploy v1", "run_url": "", "ttl": 900.0, "token": None, "force": False}
    told = {"textfiles": None, "environment": "lab", "outcome": "unknown"}
    asked = {**base, **told, "override_freeze": "", "until": None, "state": state, **given}
    moment = (WALL + at, 1000.0 + at, "one")
    return main.run({"check": check, "name": "deploy", "asked": asked, "directory": str(directory), "now": moment})


def contend(directory: str, number: int, gate: Any, answers: Any) -> None:
    gate.wait()
    answers.put((number, ask(Path(directory), "acquired", owner=f"run {number}")))


@pytest.mark.parametrize("expired", [False, True])
def test_of_many_at_the_same_moment_exactly_one_wins(tmp_path: Path, expired: bool) -> None:
    if expired:
        ask(tmp_path, "acquired", owner="dead", at=-901.0)
    context = multiprocessing.get_context("fork")
    gate, answers = context.Barrier(CONTENDERS), context.Queue()
    processes = [context.Process(target=contend, args=(str(tmp_path), number, gate, answers)) for number in range(CONTENDERS)]
    for process in processes:
        process.start()
    heard = [answers.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()
    winners = [number for number, answer in heard if answer["outcome"] == "done"]
    assert len(winners) == 1
    assert {answer["lease"]["owner"] for _, answer in heard} == {f"run {winners[0]}"}
    assert {answer["lease"]["token"] for _, answer in heard} == {2 if expired else 1}
    broken = [event for event in ask(tmp_path, "read")["journal"] if event["event"] == "broken"]
    assert len(broken) == int(expired)


def test_the_whole_life(tmp_path: Path) -> None:
    assert ask(tmp_path, "acquired")["lease"]["token"] == 1
    refused = ask(tmp_path, "acquired", owner="bob", at=60)
    assert (refused["outcome"], refused["changed"], refused["lease"]["owner"], refused["lease"]["seconds_left"]) == (
        "held",
        False,
        "ann",
        840,
    )
    assert ask(tmp_path, "renewed", token=1, at=600)["lease"]["seconds_left"] == 900
    assert ask(tmp_path, "released", token=1, at=700)["lease"] is None
    again = ask(tmp_path, "acquired", owner="bob", at=800)
    assert (again["lease"]["token"], again["broken"]) == (2, None)
    events = [event["event"] for event in ask(tmp_path, "read", at=801)["journal"]]
    assert events == ["acquired", "released", "acquired"]


def test_check_mode_tells_and_touches_nothing(tmp_path: Path) -> None:
    directory = tmp_path / "lease"
    answer = ask(directory, "acquired", check=True)
    assert (answer["changed"], answer["lease"]["token"]) == (True, 1)
    assert not directory.exists()


def test_reading_touches_nothing(tmp_path: Path) -> None:
    directory = tmp_path / "lease"
    assert ask(directory, "read")["lease"] is None
    assert not directory.exists()


def test_a_freeze_that_is_over_already_is_refused(tmp_path: Path) -> None:
    answer = ask(tmp_path, "frozen", until="2020-01-01T00:00:00Z")
    assert answer["failed"]
    assert "has passed" in answer["msg"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 1, "token": "1", "lease": null, "freeze": null}'])
def test_a_record_that_cannot_be_read_is_not_an_unlocked_lock(tmp_path: Path, text: str) -> None:
    for _ in range(3):
        token = ask(tmp_path, "acquired")["lease"]["token"]
        ask(tmp_path, "released", token=token)
    Path(store.path_of(str(tmp_path), "deploy")).write_text(text)
    answer = ask(tmp_path, "acquired")
    assert answer["failed"]
    assert "force=true" in answer["msg"]
    assert ask(tmp_path, "released", force=True, reason="disk was full")["changed"]
    assert ask(tmp_path, "acquired")["lease"]["token"] == 4


def test_a_record_that_was_removed_gives_no_token_out_again(tmp_path: Path) -> None:
    ask(tmp_path, "acquired")
    os.unlink(store.path_of(str(tmp_path), "deploy"))
    assert ask(tmp_path, "acquired")["lease"]["token"] == 2


def test_a_journal_that_cannot_be_written_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal, "append", full)
    answer = ask(tmp_path, "acquired")
    assert (answer["outcome"], answer["lease"]["token"]) == ("done", 1)
    assert any("No space left" in note for note in answer["notes"])


def test_what_is_recorded_is_readable_without_root(tmp_path: Path) -> None:
    ask(tmp_path, "acquired")
    path = Path(store.path_of(str(tmp_path), "deploy"))
    assert path.stat().st_mode & 0o777 == 0o644
    assert json.loads(path.read_text())["lease"]["owner"] == "ann"


def metrics(directory: Path) -> dict[str, float]:
    lines = (directory / "echodiary_deploy.prom").read_text().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def test_prometheus_hears_that_it_is_under_way_and_how_it_ended(tmp_path: Path) -> None:
    running = 'echodiary_deploy_in_progress{environment="lab"}'
    textfiles = tmp_path / "textfile"
    textfiles.mkdir()
    ask(tmp_path, "acquired", textfiles=str(textfiles), check=True)
    assert not list(textfiles.iterdir())
    token = ask(tmp_path, "acquired", textfiles=str(textfiles))["lease"]["token"]
    assert metrics(textfiles) == {running: 1}
    ask(tmp_path, "acquired", owner="bob", textfiles=str(textfiles), at=1)
    ask(tmp_path, "released", token=token, textfiles=str(textfiles), outcome="taken_back", at=5)
    ended = 'echodiary_deploy_last_timestamp_seconds{environment="lab",outcome="taken_back"}'
    assert metrics(textfiles) == {running: 0, ended: WALL + 5}


def test_a_lease_does_not_fail_for_metrics_that_cannot_be_written(tmp_path: Path) -> None:
    answer = ask(tmp_path, "acquired", textfiles=str(tmp_path / "nowhere"))
    assert answer["outcome"] == "done"
    assert any("echodiary_deploy.prom" in note for note in answer["notes"])
