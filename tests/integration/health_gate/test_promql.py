# SPDX-License-Identifier: GPL-3.0-or-later
"""PromQL conditions against a real Prometheus: its empty results, its NaN, its errors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.health_gate.service import Prometheus, Service, free_port
from tests.integration.local_play import Played, play


def errors(job: str) -> str:
    return f'sum(rate(http_requests_total{{job="{job}",status="500"}}[5s])) / sum(rate(http_requests_total{{job="{job}"}}[5s]))'


def requests(job: str) -> str:
    return f'sum(increase(http_requests_total{{job="{job}"}}[5s]))'


def gate(name: str, url: str, query: str, **given: Any) -> dict[str, Any]:
    condition = {"name": "error rate", "url": url, "query": query, "expect": "< 0.05", **given.pop("condition", {})}
    module = {"promql": [condition], "interval": 0.2, "timeout": 3, "deadline": 0.8, **given}
    return {"name": name, "echodiary.infra.health_gate": module, "ignore_errors": True}


def sampled(job: str, least: float) -> dict[str, Any]:
    return {"sample_query": requests(job), "min_samples": least}


@pytest.fixture(scope="module")
def played(service: Service, prometheus: Prometheus, tmp_path_factory: pytest.TempPathFactory) -> Played:
    url = prometheus.url
    scrapes = 'sum(count_over_time(up{job="good"}[$range]))'
    mixed = gate("mixed", url, errors("good"), condition={**sampled("good", 20), "on_empty": "pass", "from": "controller"}, deadline=20)
    mixed["echodiary.infra.health_gate"]["http"] = [{"url": f"{service.url}/after/1"}]
    tasks = [
        gate("good", url, errors("good"), condition={**sampled("good", 20), "on_empty": "pass"}, deadline=20),
        gate("bad", url, errors("bad"), condition=sampled("bad", 20), fail_after=2, deadline=20, logs=[f"container:{prometheus.name}"]),
        gate("nothing", url, errors("good")),
        gate("few", url, errors("bad"), condition=sampled("bad", 1e9)),
        gate("few, tolerated", url, errors("bad"), condition=sampled("bad", 1e9), on_inconclusive="pass"),
        gate("no requests", url, errors("quiet")),
        gate("every series", url, 'rate(http_requests_total{job="bad"}[5s]) > bool 0', condition={"expect": "== 1"}, deadline=20),
        gate("broken", url, "sum(rate(", deadline=30),
        gate("a matrix", url, "up[1m]", deadline=30),
        gate("gone", f"http://127.0.0.1:{free_port()}", "up"),
        mixed,
        gate("since it began", url, scrapes, condition={"expect": ">= 8", "lookback": 1}, passes=1, deadline=30),
        gate("long before", url, scrapes, condition={"expect": ">= 8", "lookback": 30}, passes=1, deadline=30),
    ]
    return play(tmp_path_factory.mktemp("plays"), tasks)


def test_no_errors_at_all_on_enough_requests_passes(played: Played) -> None:
    result = played.task["good"]
    assert result["verdict"] == "passed", result["msg"]
    assert result["last"]["error rate"]["samples"] >= 20


def test_errors_fail_with_the_value_and_the_log(played: Played) -> None:
    result = played.task["bad"]
    assert result["failed"]
    assert result["verdict"] == "failed"
    assert float(result["last"]["error rate"]["value"]) == pytest.approx(0.5, abs=0.05)
    assert "is not < 0.05" in result["msg"]
    assert "Server is ready" in result["msg"]


@pytest.mark.parametrize("name", ["nothing", "few", "no requests", "gone"])
def test_no_evidence_is_inconclusive_and_never_passes(played: Played, name: str) -> None:
    result = played.task[name]
    assert (result["verdict"], result["inconclusive"], result["failed"]) == ("inconclusive", True, True)


def test_the_reasons_differ(played: Played) -> None:
    assert "gives nothing" in played.task["nothing"]["msg"]
    assert "1e+09 are needed" in played.task["few"]["msg"]
    assert "NaN" in played.task["no requests"]["msg"]
    assert "does not answer" in played.task["gone"]["msg"]


def test_going_on_without_evidence_has_to_be_chosen_and_is_said(played: Played) -> None:
    result = played.task["few, tolerated"]
    assert (result["verdict"], result["inconclusive"], bool(result.get("failed"))) == ("inconclusive", True, False)
    assert "on_inconclusive" in str(result["warnings"])


def test_every_series_of_a_vector_is_compared(played: Played) -> None:
    assert played.task["every series"]["verdict"] == "passed"
    assert played.task["every series"]["last"]["error rate"]["value"].count("status=") == 2


@pytest.mark.parametrize(("name", "about"), [("broken", "does not understand"), ("a matrix", "matrix")])
def test_a_query_that_can_never_be_right_is_told_at_once(played: Played, name: str, about: str) -> None:
    assert played.task[name]["failed"]
    assert about in played.task[name]["msg"]


def test_host_and_controller_may_both_ask(played: Played) -> None:
    result = played.task["mixed"]
    assert result["verdict"] == "passed", result["msg"]
    assert len(result["last"]) == 2


def test_a_query_sees_what_happened_since_the_gate_began(played: Played) -> None:
    patient, at_once = played.task["since it began"], played.task["long before"]
    assert (patient["verdict"], at_once["verdict"]) == ("passed", "passed")
    assert patient["seconds"] > 2, "seven scrapes, half a second each, less what was there before"
