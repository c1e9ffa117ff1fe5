# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused before anything is sent, and how requests are mixed."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest

from tests.load.plan import KEPT, MIX, SLOW, WRITE, Plan, kinds, parse_mix
from tests.load.requests import requests
from tests.load.targets import PlanError, Target, parse

HERE = Target("127.0.0.1", 80)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://172.30.77.11:80/", "http://172.30.77.11"),
        ("http://10.1.2.3:8080", "http://10.1.2.3:8080"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_targets(url: str, name: str) -> None:
    assert parse(url).name == name


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8",
        "http://172.32.0.1",
        "http://192.0.2.1",
        "http://169.254.169.254",
        "http://0.0.0.0",
        "http://example.com",
        "http://localhost",
        "https://127.0.0.1",
        "http://127.0.0.1/path",
        "http://127.0.0.1:x",
        "http://[2001:4860:4860::8888]",
        "http://[::ffff:8.8.8.8]",
        "127.0.0.1",
        "",
    ],
)
def test_other_targets_are_refused(url: str) -> None:
    with pytest.raises(PlanError):
        parse(url)


@pytest.mark.parametrize(
    "wrong",
    [
        {"targets": ()},
        {"targets": (HERE, HERE)},
        {"rate": 0},
        {"rate": 1e6},
        {"seconds": 1e6},
        {"timeout": -1},
        {"mix": {"other": 1}},
        {"mix": {KEPT: -1}},
        {"mix": {KEPT: 0}},
        {"paths": ("/a b",)},
        {"paths": ("x",)},
        {"paths": ("/\r\nX: y",)},
        {"run": "'; --"},
    ],
    ids=str,
)
def test_a_plan_is_bounded(wrong: dict[str, Any]) -> None:
    with pytest.raises(PlanError):
        Plan(**{"targets": (HERE,), **wrong})


def test_the_mix_is_exact_and_even() -> None:
    drawn = list(itertools.islice(kinds(MIX), 1000))
    assert Counter(drawn) == {kind: share * 10 for kind, share in MIX.items()}
    places = [place for place, kind in enumerate(drawn) if kind == SLOW]
    assert all(200 <= later - earlier <= 300 for earlier, later in itertools.pairwise(places))


def test_a_mix_may_be_given_as_text() -> None:
    assert parse_mix("keep-alive=60, write=0.5") == {KEPT: 60, WRITE: 0.5}
    with pytest.raises(PlanError):
        parse_mix("keep-alive")


def test_tokens_and_request_names_are_unique_over_all_targets() -> None:
    plan = Plan((HERE, Target("127.0.0.2", 80)), mix={WRITE: 1, SLOW: 1})
    writes = itertools.count()
    sent = [request for target in plan.targets for request in itertools.islice(requests(plan, target, writes), 50)]
    assert len({request.token for request in sent}) == len({request.identity for request in sent}) == 100
    assert {request.token for request in sent} == {f"load-{plan.run}-{number}" for number in range(100)}


def test_a_slow_body_is_whole_in_the_end() -> None:
    [plain, dribbled] = [next(requests(Plan((HERE,), mix={kind: 1}, run="0123abcd"), HERE, itertools.count())) for kind in (WRITE, SLOW)]
    assert plain.data.partition(b"\r\n\r\n")[2] == dribbled.data.partition(b"\r\n\r\n")[2] + b"".join(dribbled.pieces)
    assert len(dribbled.pieces) == 10 and dribbled.seconds == pytest.approx(5)
