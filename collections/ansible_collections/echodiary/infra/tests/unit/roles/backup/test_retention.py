# SPDX-License-Identifier: GPL-3.0-or-later
"""Which snapshots remain. That restic thinks the same is shown by restic, in tests/integration/backup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from echodiary_backup import retention

START = datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)


def entry(moment: datetime, *tags: str, job: str = "database") -> Any:
    time = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": f"{time} {job} {' '.join(tags)}", "time": time, "job": job, "tags": [job, *tags], "bytes": 1}


def nights(days: int, job: str = "database") -> list[Any]:
    """As the program tags them: the first of each month is also its monthly one."""
    moments = [START + timedelta(days=day) for day in range(days)]
    firsts = {moment.strftime("%Y-%m"): moment for moment in reversed(moments)}
    return [entry(moment, "scheduled", *(["monthly"] if firsts[moment.strftime("%Y-%m")] == moment else []), job=job) for moment in moments]


def kept(entries: list[Any], now: datetime = LATER) -> list[str]:
    return sorted(name[:10] for name in retention.kept(entries, now))


def test_forty_days_leave_seven_and_one_of_each_month() -> None:
    assert kept(nights(40)) == ["2026-01-05", "2026-02-01", *(f"2026-02-{day:02}" for day in range(7, 14))]


def test_after_a_year_the_first_month_goes() -> None:
    found = kept(nights(400), datetime(2027, 6, 1, tzinfo=UTC))
    assert [day for day in found if day < "2026-03"] == []
    assert "2026-03-01" in found
    assert len(found) == 7 + 12


def test_a_days_newest_stays_and_a_deploys_does_not_count_as_one() -> None:
    night, noon = START + timedelta(days=1), START + timedelta(days=1, hours=10)
    entries = [*nights(2), entry(noon, "scheduled"), entry(noon + timedelta(hours=1), "deploy")]
    remain = retention.kept(entries, LATER)
    assert entries[2]["id"] in remain
    assert entries[3]["id"] in remain
    assert entry(night, "scheduled")["id"] not in remain


def test_a_deploys_goes_after_seven_days_of_deploys() -> None:
    entries = [entry(START, "deploy"), entry(START + timedelta(days=8), "deploy")]
    assert retention.kept(entries, LATER) == {entries[1]["id"]}


def test_a_job_that_stopped_keeps_what_it_has() -> None:
    assert len(kept(nights(7), START + timedelta(days=3650))) == 7


def test_jobs_do_not_count_for_each_other() -> None:
    both = [*nights(40), *nights(3, job="queue")]
    assert len(kept(both)) == 9 + 3


def test_what_somebody_saved_by_hand_is_not_ours_to_remove() -> None:
    by_hand = {**entry(START), "tags": []}
    assert by_hand["id"] in retention.kept([by_hand, *nights(40)], LATER)


def test_a_clock_that_ran_ahead_pushes_nothing_out() -> None:
    ahead = entry(START + timedelta(days=3000), "scheduled")
    now = START + timedelta(days=8)
    assert {one["id"] for one in nights(7)} <= retention.kept([*nights(7), ahead], now)
