# SPDX-License-Identifier: GPL-3.0-or-later
"""Days come together beyond what Prometheus remembers, and none is made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from status_page import asking, days, files, main

NOW = 1_796_126_400.0  # 2026-12-01 12:00 UTC
SHOP: Any = {
    "key": "shop",
    "words": {"en": "s", "ko": "s"},
    "reached": "r[$window]",
    "answered": "a[$window]",
    "probed": "p",
    "failing": "f",
}


class Prometheus:
    """Knows only so many days, all of them alike."""

    def __init__(self, known: int) -> None:
        self.known, self.asked = known, 0

    def daily(self, query: str, ends: list[int]) -> dict[int, float | None]:
        self.asked += 1
        value = 99.0 if query == "a[1d]" else 100.0
        return {end: value if end > NOW - self.known * days.DAY else None for end in ends}


def test_a_day_is_as_bad_as_the_worse_of_both() -> None:
    found = days.completed({}, SHOP, NOW, Prometheus(10).daily)
    assert found["2026-11-30"] == {"shop": 99.0}


def test_what_prometheus_forgot_is_no_data_and_what_was_kept_stays() -> None:
    kept: Any = {"2026-10-01": {"shop": 97.0}, "2026-11-29": {"shop": 12.0}}
    found = days.completed(kept, SHOP, NOW, Prometheus(5).daily)
    assert found["2026-10-01"] == {"shop": 97.0} and found["2026-11-29"] == {"shop": 12.0}
    assert found["2026-11-28"] == {"shop": 99.0} and found["2026-11-10"] == {"shop": None}


def test_a_day_is_asked_for_once() -> None:
    prometheus = Prometheus(30)
    found = days.completed({}, SHOP, NOW, prometheus.daily)
    assert prometheus.asked == 2
    assert days.completed(found, SHOP, NOW + 3600, prometheus.daily) is found
    assert prometheus.asked == 2


def test_a_day_counts_as_over_once_its_last_samples_are_there() -> None:
    midnight = days.midnight(NOW)
    assert days.name(days.missing({}, "shop", midnight + 60)[-1]) == "2026-11-29"
    assert days.name(days.missing({}, "shop", midnight + 180)[-1]) == "2026-11-30"


def test_90_days_are_shown_and_kept() -> None:
    assert len(days.names(NOW)) == 90 and days.names(NOW)[-1] == "2026-12-01"
    old: Any = {"2020-01-01": {"shop": 1.0}, "2026-11-30": {"shop": 1.0}}
    assert list(days.recent(old, NOW)) == ["2026-11-30"]


def config(directory: Path) -> Any:
    return {
        "prometheus": "http://127.0.0.1:9",
        "days": str(directory / "days.json"),
        "notices": str(directory / "notices.json"),
        "partly_percent": 5,
        "title": {"en": "s", "ko": "s"},
        "zone": {"name": "UTC", "hours": 0},
        "path": "/status",
        "style": "",
        "components": [SHOP],
    }


def test_where_prometheus_does_not_answer_nothing_is_claimed_and_what_was_kept_is_shown(tmp_path: Path) -> None:
    given = config(tmp_path)
    files.keep(given["days"], {"format": files.FORMAT, "days": {"2026-11-29": {"shop": 12.0}}, "outages": []})
    view = main.looked(given, NOW)
    assert view.states == {"shop": "unknown"}
    assert view.days["2026-11-29"] == {"shop": 12.0}
    assert "Not measured at the moment" in main.made(given, NOW)["/en"].decode()
    assert files.kept(given["days"])["days"] == {"2026-11-29": {"shop": 12.0}}


def test_prometheus_is_told_when_the_page_was_made(tmp_path: Path) -> None:
    said = main.made(config(tmp_path), NOW)["/metrics"].decode()
    assert f"\nechodiary_status_page_last_success_timestamp_seconds {NOW:.0f}\n" in said


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"format": 99}'])
def test_damaged_files_cost_history_and_not_the_page(damage: str, tmp_path: Path) -> None:
    given = config(tmp_path)
    (tmp_path / "days.json").write_text(damage)
    (tmp_path / "notices.json").write_text(damage)
    assert main.looked(given, NOW).notices == []


def test_an_answer_that_is_no_number_is_no_figure() -> None:
    assert asking._number("NaN") is None and asking._number("1") == 1.0
