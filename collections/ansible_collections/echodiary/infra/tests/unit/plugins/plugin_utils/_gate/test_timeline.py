# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate import timeline
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate.model import Finding, Settings, Tick
from hypothesis import given
from hypothesis import strategies as st

WORDS = {"p": "pass", "f": "fail", "i": "inconclusive"}


def line(text: str, interval: float = 1.0) -> list[Tick]:
    """'ppf': a tick for each letter."""
    return [Tick(index * interval, {"one": Finding(WORDS[letter], "why", {})}) for index, letter in enumerate(text)]


@pytest.mark.parametrize(
    ("ticks", "elapsed", "verdict"),
    [
        ("ppp", 3, "passed"),
        ("fippp", 5, "passed"),
        ("pp", 2, None),
        ("ppf", 3, None),
        ("ppipp", 5, None),
        ("fff", 3, None),
        ("fff", 60, "failed"),
        ("fffpp", 60, "failed"),
        ("iii", 60, "inconclusive"),
        ("fffi", 60, "inconclusive"),
        ("iiif", 60, "failed"),
        ("iipp", 60, "failed"),
        ("fppp", 60.5, "passed"),
    ],
)
def test_decide(ticks: str, elapsed: float, verdict: str | None) -> None:
    decision = timeline.decide(line(ticks), Settings(), elapsed)
    assert (decision and decision.verdict) == verdict


def test_passes_have_to_last() -> None:
    settings = Settings(hold=5.0)
    assert timeline.decide(line("ppppp"), settings, 5) is None
    assert timeline.decide(line("pppppp"), settings, 6) == timeline.Decision("passed")
    assert timeline.decide(line("ppppfp"), settings, 6) is None


def test_failing_early_where_that_was_asked_for() -> None:
    settings = Settings(fail_after=2)
    assert timeline.decide(line("pf"), settings, 2) is None
    assert timeline.decide(line("pfpf"), settings, 4) is None
    assert timeline.decide(line("pff"), settings, 3) == timeline.Decision("failed")


def test_the_worst_of_a_tick_counts() -> None:
    def tick(*verdicts: str) -> Tick:
        return Tick(0.0, {str(number): Finding(verdict, "why", {}) for number, verdict in enumerate(verdicts)})

    assert tick("pass", "inconclusive", "fail").verdict == "fail"
    assert tick("pass", "inconclusive").verdict == "inconclusive"
    culprit = tick("pass", "inconclusive", "fail").culprit()
    assert culprit is not None
    assert culprit[0] == "2"
    assert tick("pass").culprit() is None


def test_a_single_look() -> None:
    assert [timeline.at_once(line(letter)[0]).verdict for letter in "pfi"] == ["passed", "failed", "inconclusive"]


@given(st.text("pfi", max_size=30), st.integers(1, 6), st.sampled_from([0.0, 4.0, 30.0]), st.sampled_from([0.5, 1.0, 5.0]))
def test_as_many_ticks_as_are_missing_and_never_one_too_many(text: str, passes: int, hold: float, interval: float) -> None:
    """What makes one call enough for a gate that opens: with one tick less than ``missing`` it cannot open, with all of them it does."""
    settings = Settings(passes=passes, hold=hold, interval=interval, deadline=1e6)
    so_far = line(text, interval)
    if so_far and timeline.decide(so_far, settings, 0.0):
        return
    missing = timeline.missing(so_far, settings)
    assert missing >= 1
    assert timeline.decide(line(text + "p" * (missing - 1), interval), settings, 0.0) is None if text or missing > 1 else True
    if missing < round(timeline.BATCH / interval):
        assert timeline.decide(line(text + "p" * missing, interval), settings, 0.0) == timeline.Decision("passed")
