# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import beside


def test_it_goes_on_while_others_do_something_else(tmp_path: Path) -> None:
    go, began = tmp_path / "go", time.monotonic()

    def work() -> dict[str, Any]:
        while not go.exists():
            time.sleep(0.01)
        return {"by": os.getpid()}

    place = beside.begun(work, tmp_path)
    go.touch()
    found = beside.heard(place, began)
    assert found and found["by"] != os.getpid()


def test_who_dies_has_no_answer_and_nobody_waits_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = beside.begun(lambda: os._exit(1), tmp_path)
    monkeypatch.setattr(beside, "DEADLINE", 0.2)
    assert beside.heard(place, time.monotonic()) is None


def test_an_answer_is_for_who_asked(tmp_path: Path) -> None:
    place = Path(beside.begun(dict, tmp_path))
    assert beside.heard(str(place), time.monotonic()) == {}
    assert (place.stat().st_mode & 0o777, (place / "answer.json").stat().st_mode & 0o777) == (0o700, 0o600)


def test_nothing_that_was_open_is_held_open(tmp_path: Path) -> None:
    """Whoever reads what the run says would wait for it."""
    reads, writes = os.pipe()
    place = beside.begun(lambda: {"open": sorted(int(one) for one in os.listdir("/proc/self/fd"))}, tmp_path)
    os.close(writes)
    assert os.read(reads, 1) == b""
    os.close(reads)
    found = beside.heard(place, time.monotonic())
    assert found and writes not in found["open"]
