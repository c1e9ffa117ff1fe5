# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.echodiary.infra.plugins.plugin_utils._gate import words
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate.model import Finding, Settings, Tick
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate.timeline import Decision

GOOD = Finding("pass", "answers 200", {"status": 200, "body": "{}"})
BAD = Finding("fail", "answers 503, not 200: not ready", {"status": 503, "body": "not ready"})


class Asked(NamedTuple):
    name: str
    origin: str = "host"
    probes: list[dict[str, Any]] = [{"url": "http://127.0.0.1/ready"}]  # noqa: RUF012 - never mutated

    def judge(self, answers: list[dict[str, Any]]) -> Finding:
        return GOOD


def test_a_failure_names_condition_address_and_what_was_seen_last() -> None:
    said = words.ended(Decision("failed"), [Tick(0.0, {"ready": GOOD}), Tick(1.0, {"ready": BAD})], [Asked("ready")], 60.0)
    assert all(word in said for word in ("failed", "'ready'", "http://127.0.0.1/ready", "503", "not ready", "2 looks"))
    assert "\n" not in said


def test_without_a_culprit_the_decision_says_why() -> None:
    said = words.ended(Decision("failed", "does not stay well"), [Tick(0.0, {"ready": GOOD})], [Asked("ready")], 60.0)
    assert "does not stay well" in said


def test_a_waiting_line_is_one_short_line() -> None:
    long = BAD._replace(why="x" * 500)
    said = words.waiting([Tick(0.0, {"ready": GOOD}), Tick(1.0, {"ready": long})], Settings(), 12.3)
    assert said.startswith("gate 0/3, 12 s of 60: ready xxx")
    assert len(said) < 220


def test_the_time_line_is_small_and_says_why_once() -> None:
    shown = words.timeline([Tick(0.0, {"ready": BAD}), Tick(1.0, {"ready": BAD}), Tick(2.0, {"ready": GOOD})])
    assert [tick["verdict"] for tick in shown] == ["fail", "fail", "pass"]
    assert ["why" in tick["conditions"]["ready"] for tick in shown] == [True, False, False]
    assert all("body" not in tick["conditions"]["ready"] for tick in shown)


def test_bodies_stand_in_last() -> None:
    assert words.last([Tick(0.0, {"ready": BAD})])["ready"]["body"] == "not ready"


def test_logs_follow_the_message() -> None:
    assert words.with_logs("gate failed", {"unit:a": "one\ntwo", "unit:b": ""}) == "gate failed\n--- last lines of unit:a\none\ntwo"
