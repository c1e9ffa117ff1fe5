# SPDX-License-Identifier: GPL-3.0-or-later
"""Well is what stays up: a process that dies and comes back looks healthy for a moment each time."""

from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import compose, docker, health, wellbeing


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(wellbeing.time, "monotonic", lambda: now[0])
    return now


def test_the_same_starts_have_to_last(clock: list[float]) -> None:
    steady = wellbeing.Steadiness()
    assert not steady.long_enough(["a"])
    clock[0] += health.SETTLE - 0.1
    assert not steady.long_enough(["a"])
    clock[0] += 0.2
    assert steady.long_enough(["a"])


def test_a_new_start_begins_again(clock: list[float]) -> None:
    steady = wellbeing.Steadiness()
    steady.long_enough(["a"])
    clock[0] += 60
    assert not steady.long_enough(["b"])


def test_nothing_that_runs_needs_no_time() -> None:
    assert wellbeing.Steadiness().long_enough([])


@pytest.mark.parametrize(
    ("restarts", "age", "looping"),
    [(0, 1.0, False), (2, 1.0, False), (3, 1.0, True), (3, 60.0, False)],
)
def test_a_container_that_only_just_came_back_again_is_not_healthy(
    monkeypatch: pytest.MonkeyPatch, restarts: int, age: float, looping: bool
) -> None:
    monkeypatch.setattr(compose.time, "time", lambda: 1000.0)
    container = docker.Container("id", "web", "image", "hash", "running", "", 0, 1000.0 - age, restarts)
    project = {"services": {"web": {"oneshot": False}}}
    assert compose.health(project, {"web": [container]}) == {"web": "Degraded" if looping else "Healthy"}
