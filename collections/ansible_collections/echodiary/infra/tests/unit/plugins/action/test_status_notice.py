# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import status_notice
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

NOW = 1_796_126_400.0  # 2026-12-01 12:00 UTC
GOOD: dict[str, Any] = {"start": "2026-12-05T02:00+09:00", "end": "2026-12-05T04:00+09:00", "en": "We move.", "ko": "이사합니다."}
ANSWER: dict[str, Any] = {"changed": True, "notices": []}


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_notice.identity, "owner", lambda _: "ann")
    monkeypatch.setattr(status_notice.time, "time", lambda: NOW)


def test_moments_are_seconds_and_it_is_called_by_its_start() -> None:
    rig = Rig(status_notice, ANSWER)
    assert rig.run(**GOOD)["changed"]
    made = rig.manifest["notice"]
    assert (rig.packages, made["id"]) == (["_status"], "maintenance-1796403600")
    assert (made["start"], made["end"], made["who"]) == (1_796_403_600, 1_796_410_800, "ann")


def test_an_incident_begins_now_and_has_no_end() -> None:
    rig = Rig(status_notice, ANSWER)
    rig.run(kind="incident", en="Slow.", ko="느립니다.")
    assert (rig.manifest["notice"]["start"], rig.manifest["notice"]["end"]) == (NOW, None)


def test_an_incident_may_be_told_afterwards() -> None:
    rig = Rig(status_notice, ANSWER)
    rig.run(kind="incident", en="Slow.", ko="느립니다.", start="2026-11-30T01:00Z", end="2026-11-30T02:00Z")
    assert rig.manifest["notice"]["end"] < NOW


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"end": "2026-12-05T01:00+09:00"}, "is not after the start"),
        ({"end": GOOD["start"]}, "is not after the start"),
        ({"start": "2026-11-01", "end": "2026-11-02"}, "is over already"),
        ({"end": "2027-12-05T04:00+09:00"}, "is the year right"),
        ({"end": ""}, "needs its end"),
        ({"start": "2026-12-05T02:00"}, "time with its offset"),
        ({"start": "tomorrow"}, "time with its offset"),
        ({"ko": " "}, "both languages"),
        ({"en": ""}, "both languages"),
        ({"en": "x" * 501}, "at most 500"),
        ({"minutes": 5}, "keep one"),
        ({"end": "", "minutes": -5}, "1 at least"),
        ({"state": "over"}, "which notice"),
        ({"state": "withdrawn"}, "which notice"),
    ],
)
def test_what_nobody_could_mean_is_refused_before_any_host_is_called(given: dict[str, Any], why: str) -> None:
    assert why in Rig(status_notice, ANSWER).refused(**{**GOOD, **given})


def test_who_asks_is_told_what_is_announced() -> None:
    one = {"id": "a", "kind": "incident", "start": NOW, "end": None, "words": {"en": "Slow.", "ko": "느립니다."}, "source": "", "who": "x"}
    found = Rig(status_notice, {"changed": False, "notices": [one]}).run(state="read")
    assert found["said"] == ["a: incident from 2026-12-01T12:00:00Z: Slow. / 느립니다."]


def test_a_host_that_says_nothing_is_a_failure_that_may_be_borne() -> None:
    found = Rig(status_notice, "sudo: a password is required").run(state="read")
    assert found["failed"] and "a password is required" in found["msg"]
