# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may ask what of a model server, and how much: by what arrives at the client, and what the model server saw."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._gateway import keys as made_keys

from tests.integration import lab_images
from tests.integration.ai_gateway import gateways
from tests.integration.ai_gateway.gateways import CHAT, Gateway, ask, chat, until

NAMES = ("app", "eager", "busy", "frugal", "plain", "gone", "dead", "cost", "long", "new")
MADE = {name: made_keys.made() for name in NAMES}
LIMITS: dict[str, dict[str, int]] = {
    "eager": {"requests": 3},
    "busy": {"concurrency": 2},
    "frugal": {"tokens_per_day": 12},
}
ALL = {name: {"sha256": one.digest, **LIMITS.get(name, {})} for name, one in MADE.items()}
KEYS = {name: one for name, one in ALL.items() if name != "new"}
KEY = {name: one.key for name, one in MADE.items()}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    prices = {"ai_gateway_cost_input": 2, "ai_gateway_cost_output": 8}
    with gateways.running(tmp_path_factory.mktemp("gateway"), KEYS, ai_gateway_rate_per="1h", **prices) as made:
        until(lambda: made.ask("/v1/models", key=KEY["app"]).status == 200)
        yield made


def used(gateway: Gateway, key: str, kind: str) -> float:
    return gateway.used().get(f'ai_gateway_tokens_total{{key="{key}",kind="{kind}"}}', 0)


def test_who_has_a_key_is_answered_and_the_model_server_never_sees_it(gateway: Gateway) -> None:
    answer = gateway.ask(CHAT, chat(), KEY["app"])
    assert (answer.status, answer.json["usage"]["completion_tokens"]) == (200, 3)
    (asked,) = [one for one in ask(gateway.model, "/seen").json if one["path"] == CHAT][-1:]
    assert "authorization" not in asked and KEY["app"] not in json.dumps(asked)


#: keys are made anew for each run, and every process that tests has to find tests of the same names
WRONG = {"none": "", "made up": "sk-gw-wrong", "its digest": MADE["app"].digest, "cut": KEY["app"][:-1], "capitals": KEY["app"].upper()}


@pytest.mark.parametrize("key", WRONG.values(), ids=WRONG)
def test_a_wrong_key_is_told_so(gateway: Gateway, key: str) -> None:
    before = len(ask(gateway.model, "/seen").json)
    answer = gateway.ask(CHAT, chat(), key)
    assert (answer.status, answer.code, answer.headers["www-authenticate"]) == (401, "invalid_api_key", "Bearer")
    assert len(ask(gateway.model, "/seen").json) == before


@pytest.mark.parametrize(
    "path", ["/", "/health", "/metrics", "/v1/files", "/v1/chat/completions/", "/v1/%63hat/completions", "//v1/completions"]
)
def test_another_path_is_closed(gateway: Gateway, path: str) -> None:
    answer = gateway.ask(path, chat(), KEY["app"])
    assert (answer.status, answer.code) == (403, "path_not_allowed")
    assert path not in [one["path"] for one in ask(gateway.model, "/seen").json]


def test_each_path_that_is_open_is_answered(gateway: Gateway) -> None:
    for path in (CHAT, "/v1/completions", "/v1/embeddings"):
        assert gateway.ask(path, {**chat(), "prompt": "x", "input": "x"}, KEY["app"]).status == 200
        assert gateway.ask(path, None, KEY["app"]).status == 403
    assert gateway.ask("/v1/models", key=KEY["app"]).json["data"][0]["id"] == "stand-in"


def test_a_body_that_does_not_say_its_length_is_refused(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        head = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY['app']}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode() + b"2\r\n{}\r\n0\r\n\r\n")
        assert connection.recv(99).startswith(b"HTTP/1.1 411 ")


def test_over_the_rate_one_key_waits_and_another_goes_on(gateway: Gateway) -> None:
    assert [gateway.ask(CHAT, chat(), KEY["eager"]).status for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = gateway.ask(CHAT, chat(), KEY["eager"])
    assert answer.code == "rate_limit_exceeded"
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert gateway.ask(CHAT, chat(), KEY["app"]).status == 200
    assert gateway.used()['ai_gateway_refused_total{key="eager",why="rate"}'] == 3


def test_so_many_at_a_time_and_another_key_goes_on(gateway: Gateway) -> None:
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(gateway.ask(CHAT, chat(pause=0.8), KEY["busy"]).status)) for _ in range(2)]
    before = len(ask(gateway.model, "/seen").json)
    for one in threads:
        one.start()
    until(lambda: len(ask(gateway.model, "/seen").json) == before + 2)
    third = gateway.ask(CHAT, chat(), KEY["busy"])
    assert (third.status, third.code, third.headers["retry-after"]) == (429, "concurrency_limit_exceeded", "1")
    assert gateway.ask(CHAT, chat(), KEY["app"]).status == 200
    for one in threads:
        one.join()
    assert answers == [200, 200]
    assert gateway.ask(CHAT, chat(), KEY["busy"]).status == 200


def test_the_budget_ends_requests_of_one_key_alone(gateway: Gateway) -> None:
    """Two words are asked, three are said: five of twelve each time."""
    assert [gateway.ask(CHAT, chat(), KEY["frugal"]).status for _ in range(4)] == [200, 200, 200, 429]
    answer = gateway.ask(CHAT, chat(), KEY["frugal"])
    assert answer.code == "budget_exceeded" and "15 of 12" in answer.json["error"]["message"]
    left = 86400 - datetime.now(UTC).timestamp() % 86400
    assert abs(int(answer.headers["retry-after"]) - left) <= 2
    assert gateway.ask("/v1/models", key=KEY["frugal"]).status == 200
    assert gateway.ask(CHAT, chat(), KEY["app"]).status == 200
    assert (used(gateway, "frugal", "prompt"), used(gateway, "frugal", "completion")) == (6, 9)


def stream(gateway: Gateway, key: str, **more: Any) -> Iterator[tuple[float, dict[str, Any]]]:
    """When each event came, and what it says."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
    connection.request("POST", CHAT, json.dumps(chat(stream=True, **more)), {"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    assert answer.status == 200
    for line in answer:
        if line.startswith(b"data: {"):
            yield time.time(), json.loads(line[6:])
    connection.close()


def test_a_stream_is_passed_on_as_it_comes(gateway: Gateway) -> None:
    came = [(moment, one["at"]) for moment, one in stream(gateway, KEY["plain"], words=8, pause=0.1) if "at" in one]
    assert len(came) == 8
    assert max(moment - said for moment, said in came) < 0.09


def test_of_a_stream_its_own_usage_counts(gateway: Gateway) -> None:
    before = used(gateway, "app", "completion")
    assert len(list(stream(gateway, KEY["app"], words=40, stream_options={"include_usage": True}))) == 42
    assert until(lambda: used(gateway, "app", "completion") - before) == 40
    assert gateway.used()['ai_gateway_estimated_total{key="app"}'] == 0


def test_of_one_that_says_no_usage_events_count(gateway: Gateway) -> None:
    before = (used(gateway, "gone", "completion"), gateway.used().get('ai_gateway_estimated_total{key="gone"}', 0))
    list(stream(gateway, KEY["gone"], words=33))
    assert until(lambda: used(gateway, "gone", "completion") - before[0]) == 33
    assert gateway.used()['ai_gateway_estimated_total{key="gone"}'] == before[1] + 1


def test_who_goes_away_has_used_what_was_said(gateway: Gateway) -> None:
    before = used(gateway, "gone", "completion")
    events = stream(gateway, KEY["gone"], words=100, pause=0.02)
    for _ in range(10):
        next(events)
    events.close()  # type: ignore[attr-defined]
    assert 5 <= until(lambda: used(gateway, "gone", "completion") - before) < 60


def test_what_a_model_says_is_no_count(gateway: Gateway) -> None:
    before = used(gateway, "app", "completion")
    gateway.ask(CHAT, chat(say='"usage": {"prompt_tokens": 5000, "completion_tokens": 7000}'), KEY["app"])
    assert used(gateway, "app", "completion") - before == 3


def test_cost_and_seconds_are_told(gateway: Gateway) -> None:
    gateway.ask(CHAT, chat(words=100, pause=0.3), KEY["cost"])
    told = gateway.used()
    assert told['ai_gateway_cost_total{key="cost"}'] == pytest.approx((2 * 2 + 100 * 8) / 1_000_000)
    assert 0.3 <= told['ai_gateway_seconds_total{key="cost"}'] < 3
    within = {bound: told[f'ai_gateway_answer_seconds_bucket{{key="cost",le="{bound}"}}'] for bound in ("0.5", "5", "300", "+Inf")}
    assert (within["5"], within["300"], within["+Inf"], told['ai_gateway_answer_seconds_count{key="cost"}']) == (1, 1, 1, 1)
    assert told['ai_gateway_answer_seconds_sum{key="cost"}'] == told['ai_gateway_seconds_total{key="cost"}']
    gateway.ask(CHAT, chat(words=1, pause=0.6), KEY["cost"])
    assert gateway.used()['ai_gateway_answer_seconds_bucket{key="cost",le="0.5"}'] == within["0.5"]
    assert told['ai_gateway_requests_total{key="cost",code="200"}'] == 1
    assert (told['ai_gateway_model_up{server="model1"}'], told['ai_gateway_budget_tokens{key="cost"}']) == (1, 1_000_000)


def test_a_model_server_that_is_gone_is_told_at_once_and_comes_back(gateway: Gateway) -> None:
    gateway.stop()
    try:
        for _ in range(3):
            began = time.monotonic()
            answer = gateway.ask(CHAT, chat(), KEY["dead"])
            assert (answer.status, answer.code) == (503, "model_unavailable")
            assert time.monotonic() - began < 3
        assert until(lambda: "retry-after" in gateway.ask(CHAT, chat(), KEY["dead"]).headers)
        assert ask(gateway.inside, "/healthz").status == 200
        assert gateway.used()['ai_gateway_model_up{server="model1"}'] == 0
    finally:
        gateway.start()
    until(lambda: gateway.ask(CHAT, chat(), KEY["dead"]).status == 200)
    assert used(gateway, "dead", "completion") == 3


def test_a_stream_survives_a_reload_that_revokes_its_key_and_counts_all_the_same(gateway: Gateway) -> None:
    before = used(gateway, "long", "completion")
    events = stream(gateway, KEY["long"], words=20, pause=0.1, stream_options={"include_usage": True})
    said = [next(events) for _ in range(5)]
    try:
        gateway.write(ai_gateway_keys={name: one for name, one in ALL.items() if name != "long"})
        gateway.reload()
        assert until(lambda: gateway.ask(CHAT, chat(), KEY["new"]).status == 200)
        assert gateway.ask(CHAT, chat(), KEY["long"]).status == 401
        said += events
        assert [one["choices"][0]["delta"]["content"] for _, one in said if "at" in one] == [f"word{number} " for number in range(20)]
        assert until(lambda: used(gateway, "long", "completion") - before) == 20
    finally:
        gateway.write()
        gateway.reload()


def test_a_restart_forgets_nothing_that_was_used(gateway: Gateway) -> None:
    gateway.ask(CHAT, chat(words=20), KEY["frugal"])
    before = gateway.used()
    assert before['ai_gateway_tokens_total{key="frugal",kind="completion"}'] >= 9
    gateway.restart()
    until(lambda: gateway.ask("/v1/models", key=KEY["app"]).status == 200)
    assert gateway.ask(CHAT, chat(), KEY["frugal"]).code == "budget_exceeded"
    assert used(gateway, "frugal", "completion") == before['ai_gateway_tokens_total{key="frugal",kind="completion"}']


def test_the_oldest_haproxy_that_a_host_may_have_does_the_same(tmp_path: Path) -> None:
    keys = {name: ALL[name] for name in ("app", "eager", "frugal")}
    with gateways.running(tmp_path, keys, image=lab_images.older_haproxy(), ai_gateway_rate_per="1h") as older:
        until(lambda: older.ask("/v1/models", key=KEY["app"]).status == 200)
        assert [older.ask(CHAT, chat(), KEY["eager"]).status for _ in range(4)] == [200, 200, 200, 429]
        assert [older.ask(CHAT, chat(), KEY["frugal"]).status for _ in range(4)] == [200, 200, 200, 429]
        assert (older.ask(CHAT, chat()).status, older.ask("/v1/files", chat(), KEY["app"]).status) == (401, 403)
        assert len(list(stream(older, KEY["app"], words=9))) == 10
        assert until(lambda: used(older, "app", "completion")) == 9
