# SPDX-License-Identifier: GPL-3.0-or-later
"""Series of samples, and what a watch makes of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._release import signs
from ansible_collections.echodiary.infra.plugins.module_utils._release.signs import Bounds, Container, Sample, Server
from hypothesis import given
from hypothesis import strategies as st

MIB = 2**20
LIMIT = 768 * MIB
EVERY = 0.2
IDLE, USUAL = Server(), Bounds()
Made = Callable[[float], Sample]


def series(make: Made, seconds: float) -> list[Sample]:
    """One sample every 0.2 s, the first before there was any request."""
    return [make(number * EVERY) for number in range(math.ceil(seconds / EVERY) + 1)]


def sample(at: float, new: Server = IDLE, old: Server = IDLE, memory: int = 80, trouble: str = "", **more: object) -> Sample:
    container = Container(start="a@1", memory=memory * MIB, limit=LIMIT)._replace(**more)  # type: ignore[arg-type]
    return Sample(at, new, old, container, trouble)


def first_sign(make: Made, seconds: float = 20, bounds: Bounds = USUAL) -> tuple[float, str]:
    """When a watch would have stopped, and why; (inf, "") when it would not."""
    made = series(make, seconds)
    for count in range(1, len(made) + 1):
        why = signs.sign(made[:count], bounds)
        if why:
            return made[count - 1].at, why
    return math.inf, ""


def well(at: float) -> Sample:
    """40 requests a second here and as many there, some in flight, warming up to a third of its limit."""
    server = Server(answered=int(40 * at), in_flight=int(10 * at) % 4)
    return sample(at, server, server._replace(bad=int(at) // 8), memory=80 + min(180, int(60 * at)))


def test_a_release_that_is_well_is_left_alone() -> None:
    assert first_sign(well) == (math.inf, "")


def test_a_step_is_held_for_its_seconds_and_not_longer() -> None:
    made = series(well, 6)
    verdicts = [signs.decide(made[: count + 1], Bounds(), 1.0, 5.0).verdict for count in range(len(made))]
    assert verdicts == [signs.GO_ON if one.at - 1.0 < 5.0 else signs.HELD for one in made]


def test_a_sign_in_the_last_moment_of_a_step_counts() -> None:
    made = [*series(well, 6), sample(6.2, trouble="verify answers 500")]
    assert signs.decide(made, Bounds(), 1.0, 5.0) == (signs.OUT, "verify answers 500")


@pytest.mark.parametrize("share", [0.01, 0.1])
def test_requests_that_hang_are_seen_before_two_in_a_hundred_are_stuck(share: float) -> None:
    """50 requests a second; the old slot has one in flight. Counted are those that hang, of those of half a minute."""

    def hangs(at: float) -> Sample:
        return sample(at, Server(in_flight=int(50 * share * at)), Server(answered=int(50 * at), in_flight=1))

    at, why = first_sign(hangs, 30)
    assert "in flight" in why or "none was answered" in why
    assert 50 * share * at <= 0.02 * 50 * 30


def test_requests_that_hang_only_when_all_come_are_seen_within_a_second_and_a_half() -> None:
    at, why = first_sign(lambda at: sample(at, Server(in_flight=int(50 * at)), Server(in_flight=1)))
    assert "in flight" in why
    assert at <= 1.5


def test_some_requests_that_hang_among_many_that_are_answered() -> None:
    """Writes alone: one in twenty."""

    def writes_hang(at: float) -> Sample:
        return sample(at, Server(answered=int(47 * at), in_flight=int(2.5 * at)), Server(in_flight=1))

    at, why = first_sign(writes_hang)
    assert why.endswith("requests are in flight, where 1.0 are usual")
    assert 2.5 * at <= 0.02 * 50 * 30


def test_long_requests_are_nothing_where_they_are_usual() -> None:
    """Twelve uploads at any time, here as there."""

    def uploads(at: float) -> Sample:
        server = Server(answered=int(40 * at), in_flight=12)
        return sample(at, server, server)

    assert first_sign(uploads) == (math.inf, "")


def test_a_moment_with_many_in_flight_is_none() -> None:
    def burst(at: float) -> Sample:
        return sample(at, Server(answered=int(40 * at), in_flight=30 if 3.9 < at < 4.7 else 1), Server(in_flight=1))

    assert first_sign(burst) == (math.inf, "")


def test_few_that_wait_for_nothing_are_enough() -> None:
    """A quiet hour: a request every second, and none of them is answered."""
    at, why = first_sign(lambda at: sample(at, Server(in_flight=int(at))))
    assert (round(at), why) == (3, "3 requests wait, and none was answered for 3 s")


def test_a_database_that_pauses_keeps_both_waiting_and_is_no_sign() -> None:
    def pauses(at: float) -> Sample:
        server = Server(answered=int(20 * min(at, 4)), in_flight=5 if at > 4 else 1)
        return sample(at, server, server)

    assert first_sign(pauses) == (math.inf, "")


@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_errors_are_seen_after_three(share: float) -> None:
    def errs(at: float) -> Sample:
        return sample(at, Server(answered=int(10 * at), bad=int(10 * at * share)), Server(answered=int(90 * at)))

    at, why = first_sign(errs) if share > 0.05 else first_sign(errs, bounds=Bounds(error_rate=0.02))
    assert "requests failed" in why
    assert 10 * at * share <= 4


def test_single_errors_are_none() -> None:
    assert first_sign(lambda at: sample(at, Server(answered=int(50 * at), bad=min(2, int(at)))))[1] == ""


def test_what_fails_in_both_slots_is_not_the_release() -> None:
    """The database is away for a while."""

    def away(at: float) -> Sample:
        server = Server(answered=int(50 * at), bad=int(50 * max(0.0, at - 3)))
        return sample(at, server, server)

    assert first_sign(away) == (math.inf, "")


def test_counters_that_begin_again_are_a_restart_of_haproxy() -> None:
    def restarts(at: float) -> Sample:
        since = at if at < 4 else at - 4
        return sample(at, Server(answered=int(1000 + 50 * since) if at < 4 else int(50 * since)))

    assert first_sign(restarts) == (math.inf, "")


def test_memory_that_grows_is_seen_long_before_its_limit() -> None:
    """160 MiB a second from second 4 on: the limit would be reached at 8.3 s."""
    at, why = first_sign(lambda at: sample(at, memory=80 + int(160 * max(0.0, at - 4))))
    assert "of its limit" in why
    assert at < 7.6


def test_memory_that_grows_slowly_is_seen_while_there_is_some_left() -> None:
    """30 MiB a second: under half its limit it may be warming up."""
    at, why = first_sign(lambda at: sample(at, memory=80 + int(30 * at)))
    assert "reaches it in" in why
    assert 10 < at < 15


@pytest.mark.parametrize("usual", [0.5, 0.8, 0.93])
def test_as_much_memory_as_the_slot_before_is_no_sign(usual: float) -> None:
    grown = int(768 * usual)
    bounds = Bounds(usual_memory=usual)
    assert first_sign(lambda at: sample(at, memory=min(grown, 80 + int(90 * at))), bounds=bounds)[1] == ""
    assert first_sign(lambda at: sample(at, memory=min(768, 80 + int(90 * at))), bounds=bounds)[1] != "" or usual > 0.9


def test_memory_without_a_limit_is_not_judged() -> None:
    assert first_sign(lambda at: sample(at, memory=int(500 * at), limit=0)) == (math.inf, "")


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({"oom_killed": True}, "out of memory"),
        ({"restarts": 1}, "started again"),
        ({"start": "a@2"}, "started again"),
        ({"start": "b@1"}, "started again"),
        ({"state": "restarting"}, "is restarting"),
        ({"state": "exited"}, "is exited"),
    ],
)
def test_a_container_that_does_not_stay_up(after: dict[str, object], words: str) -> None:
    at, why = first_sign(lambda at: sample(at, **(after if at > 5 else {})))  # type: ignore[arg-type]
    assert words in why
    assert at == pytest.approx(5.2)


def test_a_docker_that_does_not_answer_is_no_sign() -> None:
    assert first_sign(lambda at: well(at)._replace(container=None) if 2 < at < 6 else well(at)) == (math.inf, "")


def test_down_for_haproxy_is_a_sign() -> None:
    assert first_sign(lambda at: sample(at, Server(down=at > 1)))[1] == "HAProxy finds it down"


@given(st.lists(st.builds(Server, *[st.integers(0, 10**6)] * 4, st.booleans()), min_size=1, max_size=30), st.booleans())
def test_whatever_is_counted_there_is_an_answer(servers: list[Server], measured: bool) -> None:
    made = [Sample(number * EVERY, one, one, Container(limit=LIMIT) if measured else None) for number, one in enumerate(servers)]
    found = signs.decide(made, Bounds(), 0.0, 1.0)
    assert (found.verdict == signs.OUT) == bool(found.why)
