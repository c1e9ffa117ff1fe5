# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a list of snapshots is to remain. Pure.

Thought out a second time, beside restic: it ends well also when the store removed nothing, and what it was asked may not be what was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from .listing import Entry

#: tags of ours: what the clock saved, and of that a month's first
SCHEDULED, MONTHLY = "scheduled", "monthly"
DAYS, YEARS = 7, 1


class Question(NamedTuple):
    """One call of restic forget: which snapshots it is about, and what of them stays."""

    tags: list[str]
    options: list[str]


def questions(entries: Iterable[Entry]) -> list[Question]:
    """What restic is asked. What has another reason than the clock (a deploy) stays for seven days, and none of it counts as a day's."""
    found = {(one["job"], tag) for one in entries for tag in one["tags"][1:] if one["job"]}
    return [Question([job, tag], _OPTIONS.get(tag, ["--keep-within", f"{DAYS}d"])) for job, tag in sorted(found)]


_OPTIONS = {
    SCHEDULED: ["--keep-within-daily", f"{DAYS}d", "--keep-tag", MONTHLY],
    MONTHLY: ["--keep-within-monthly", f"{YEARS}y"],
}


def kept(entries: Sequence[Entry], now: datetime) -> set[str]:
    """Ids. What has no tag beside the job's was made by hand and is nobody's to remove."""
    gone: set[str] = set()
    for question in questions(entries):
        job, tag = question.tags
        same = sorted((one for one in entries if one["job"] == job and tag in one["tags"]), key=_time, reverse=True)
        gone |= {one["id"] for one in same} - _stay(tag, same, now)
    return {one["id"] for one in entries} - gone


def _stay(tag: str, newest_first: Sequence[Entry], now: datetime) -> set[str]:
    # what a clock that ran ahead has saved decides nothing
    latest = max((_time(one) for one in newest_first if _time(one) < now), default=datetime.min.replace(tzinfo=UTC))
    if tag == SCHEDULED:
        daily = _first_of_each(newest_first, _days_before(latest), lambda moment: moment.strftime("%Y-%m-%d"))
        return daily | {one["id"] for one in newest_first if MONTHLY in one["tags"]}
    if tag == MONTHLY:
        return _first_of_each(newest_first, _year_before(latest), lambda moment: moment.strftime("%Y-%m"))
    return {one["id"] for one in newest_first if _time(one) > _days_before(latest)}


def _first_of_each(newest_first: Sequence[Entry], after: datetime, period: Callable[[datetime], str]) -> set[str]:
    """As restic counts: the newest of each period, and the oldest of all, where they are young enough."""
    found, last = set(), ""
    for number, one in enumerate(newest_first):
        this = period(_time(one))
        if _time(one) > after and (this != last or number == len(newest_first) - 1):
            found.add(one["id"])
            last = this
    return found


def _days_before(moment: datetime) -> datetime:
    return moment - timedelta(days=DAYS) if moment.year > 1 else moment


def _year_before(moment: datetime) -> datetime:
    if moment.year <= YEARS:
        return moment
    if (moment.month, moment.day) == (2, 29):
        return moment.replace(year=moment.year - YEARS, month=3, day=1)
    return moment.replace(year=moment.year - YEARS)


def _time(one: Entry) -> datetime:
    return datetime.strptime(one["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
