# SPDX-License-Identifier: GPL-3.0-or-later
"""When another certificate is due, and how long an authority is left alone after a failure."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from edge_certificate import keeping, pair, renewal, serving, site
from edge_certificate.errors import TlsError
from edge_certificate.pair import Facts, Pair

CONFIG: Any = {
    "site": "/none/site.pem",
    "names": ["a.example"],
    "certificate_file": "",
    "key_file": "",
    "textfiles": "",
    "socket": "",
    "acme": {"orders": True},
}
DAY = 86400.0


@pytest.mark.parametrize("life", [6 * DAY, 45 * DAY, 90 * DAY])
def test_it_is_due_when_a_third_is_left_whatever_its_life(monkeypatch: pytest.MonkeyPatch, life: float) -> None:
    monkeypatch.setattr(site, "key_of", lambda _: "key")
    monkeypatch.setattr(renewal.places, "text", lambda _: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----")
    monkeypatch.setattr(pair, "judge", lambda *_: Facts(0.0, life, (), "", own=False))
    share = renewal.share(CONFIG["names"])
    assert renewal.LEFT <= share <= renewal.LEFT + renewal.SPREAD
    assert renewal.due(CONFIG, life * (1 - share) - 1) == ""
    assert "it ends at" in renewal.due(CONFIG, life * (1 - share) + 1)


def test_not_everybody_comes_at_one_moment() -> None:
    shares = {renewal.share([f"{number}.example"]) for number in range(50)}
    assert len(shares) == 50
    assert max(shares) - min(shares) > renewal.SPREAD / 2


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """An authority that issues nothing, and how often it was asked."""
    told: dict[str, Any] = {"now": 1000.0, "asked": 0}

    def brought(*_: Any) -> Pair:
        told["asked"] += 1
        raise TlsError("rate limited")

    monkeypatch.setattr(keeping, "STATE", str(tmp_path / "state.json"))
    monkeypatch.setattr(keeping.time, "time", lambda: told["now"])
    monkeypatch.setattr(renewal, "due", lambda _: "none was issued yet")
    monkeypatch.setattr(renewal, "brought", brought)
    monkeypatch.setattr(site, "ensure", lambda _: False)
    monkeypatch.setattr(serving, "hand_over", lambda _: False)
    return told


def test_an_authority_that_refuses_is_asked_less_and_less_often(clock: dict[str, Any]) -> None:
    moments = []
    for _ in range(24 * 12):
        before = clock["asked"]
        try:
            keeping.keep(CONFIG, by_clock=True)
        except TlsError:
            moments.append(clock["now"])
        assert (clock["asked"] > before) is (bool(moments) and moments[-1] == clock["now"])
        clock["now"] += 300
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert pauses[:5] == [900, 1800, 3600, 7200, 14400]
    assert set(pauses[5:]) == {14400}
    assert keeping.remembered()["failures"] == len(moments)


def test_people_see_it_tried_at_once(clock: dict[str, Any]) -> None:
    for number in (1, 2):
        with pytest.raises(TlsError, match=f"rate limited .{number} in a row."):
            keeping.keep(CONFIG)
    assert clock["asked"] == 2


def test_what_cannot_be_remembered_counts_as_the_first(clock: dict[str, Any]) -> None:
    Path(keeping.STATE).write_text("{")
    assert keeping.remembered() == {"failures": 0, "why": "", "after": 0.0}
    Path(keeping.STATE).write_text(json.dumps({"failures": 3, "why": "x"}))
    assert keeping.remembered()["failures"] == 3
