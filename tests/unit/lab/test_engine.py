# SPDX-License-Identifier: GPL-3.0-or-later
"""Which engine is used, and what happens when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import engine
from lab.errors import LabError
from lab.progress import Progress


class Machine:
    """A machine whose engine answers after the given deeds, in this order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *needed: str, daemon: bool = True) -> None:
        self.deeds: list[str] = []
        self.needed = list(needed)
        monkeypatch.delenv("DOCKER_HOST", raising=False)
        monkeypatch.setattr(engine, "_answers", lambda: self.deeds == self.needed)
        monkeypatch.setattr(engine, "_installed", lambda: daemon)
        monkeypatch.setattr(engine, "apt_install", lambda packages: self.deeds.append("install"))
        monkeypatch.setattr(engine, "_start", lambda state: self.deeds.append("start") or "started")
        monkeypatch.setattr(engine, "connect", lambda: "engine")


def test_an_engine_that_answers_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine = Machine(monkeypatch, daemon=False)
    engine.ensure(tmp_path, Progress())
    assert machine.deeds == []


def test_an_engine_that_sleeps_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine = Machine(monkeypatch, "start")
    engine.ensure(tmp_path, Progress())
    assert machine.deeds == ["start"]


def test_a_machine_with_only_a_client_gets_an_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine = Machine(monkeypatch, "install", "start", daemon=False)
    engine.ensure(tmp_path, Progress())
    assert machine.deeds == ["install", "start"]


def test_a_chosen_engine_that_is_silent_is_not_replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine = Machine(monkeypatch, "never", daemon=False)
    monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.1:2375")
    with pytest.raises(LabError, match="DOCKER_HOST"):
        engine.ensure(tmp_path, Progress())
    assert machine.deeds == []
