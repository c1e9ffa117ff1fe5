# SPDX-License-Identifier: GPL-3.0-or-later
"""Well is what stays up: a process that dies and comes back looks healthy for a moment each time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import component_health, health
from ansible_collections.echodiary.infra.plugins.module_utils._host import docker
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import compose


def test_the_same_starts_have_to_be_seen_well_several_times_in_a_row() -> None:
    streak = component_health.Streak(3)
    assert [streak.long_enough(["a"]) for _ in range(4)] == [False, False, True, True]


def test_a_new_start_begins_again() -> None:
    streak = component_health.Streak(2)
    assert [streak.long_enough(starts) for starts in (["a"], ["b"], ["b", "c"], ["b", "c"])] == [False, False, False, True]


def test_one_bad_answer_begins_again() -> None:
    streak = component_health.Streak(2)
    streak.long_enough(["a"])
    streak.broken()
    assert [streak.long_enough(["a"]) for _ in range(2)] == [False, True]


def test_once_is_enough_where_once_is_asked_for() -> None:
    assert component_health.Streak(1).long_enough(["a"])


def test_what_has_no_process_needs_no_time() -> None:
    assert component_health.Streak(5).long_enough([])


def test_a_release_has_a_pace_of_its_own() -> None:
    assert component_health.pace_of({"release": {"interval": 1.0, "passes": 3}}) == health.Pace(1.0, 3)
    assert component_health.pace_of({"release": None}) == component_health.pace_of({}) == health.Pace()


@pytest.mark.parametrize(("pace", "seconds"), [(health.Pace(1.0, 3), 2.0), (health.Pace(0.5, 1), 0.0), (health.Pace(), 2.0)])
def test_how_long_something_has_to_stay_up(pace: health.Pace, seconds: float) -> None:
    assert pace.settle == pytest.approx(seconds)


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


class Spoken(NamedTuple):
    """As much of a view as it takes: one container, of which Docker's own check has said this."""

    spec: dict[str, Any]
    said: str

    @property
    def seen(self) -> Any:
        container = docker.Container("id", "api", "image", "hash", "running", self.said, 0, 0.0, 0)
        return SimpleNamespace(services={"api": [container]})

    host = SimpleNamespace(check=True)


@pytest.mark.parametrize(
    ("release", "probes", "said", "expected"),
    [
        ({"service": "api"}, [{"url": "http://x"}], "starting", "Healthy"),
        ({"service": "api"}, [{"url": "http://x"}], "unhealthy", "Degraded"),
        ({"service": "api"}, [], "starting", "Progressing"),
        ({"service": "other"}, [{"url": "http://x"}], "starting", "Progressing"),
        (None, [{"url": "http://x"}], "starting", "Progressing"),
    ],
)
def test_a_releases_own_probes_need_not_wait_for_dockers_first_check(
    release: dict[str, str] | None, probes: list[dict[str, str]], said: str, expected: str
) -> None:
    spec = {"units": {}, "compose": {"services": {"api": {"oneshot": False}}}, "release": release, "health": probes}
    assert component_health.of_processes(Spoken(spec, said)) == {"container api": expected}  # type: ignore[arg-type]


class Killed(NamedTuple):
    """As much of a view as it takes: a container that is there again."""

    killed: bool
    check: bool
    spec: dict[str, Any] = {"compose": {"name": "x", "services": {"api": {"oneshot": False}}}, "units": {}, "health": []}  # noqa: RUF012

    @property
    def seen(self) -> Any:
        state = {"Status": "running", "OOMKilled": self.killed}
        container = docker.Container("id", "api", "image", "hash", "running", "", 0, 0.0, 1, inspected={"State": state})  # type: ignore[typeddict-item]
        return SimpleNamespace(services={"api": [container]})

    @property
    def host(self) -> Any:
        return SimpleNamespace(check=self.check)


@pytest.mark.parametrize("check", [True, False])
def test_memory_that_ran_out_is_told_and_no_change_is_judged_by_it(monkeypatch: pytest.MonkeyPatch, check: bool) -> None:
    monkeypatch.setattr(docker, "running", lambda: True)
    monkeypatch.setattr(compose, "read", lambda _: Killed(True, check).seen.services)
    told = component_health.now(Killed(True, check), seen=True)
    assert (told.health, told.stuck) == ("Degraded", False), "a new process is killed as well"
    assert "container api ran out of memory" in told.why
    assert component_health.now(Killed(False, check), seen=True).health == "Healthy"
    assert component_health.now(Killed(True, check)).health == ("Degraded" if check else "Healthy")
