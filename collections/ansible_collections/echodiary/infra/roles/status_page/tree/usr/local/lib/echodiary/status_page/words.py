# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page says, in both languages. Pure."""

from __future__ import annotations

import datetime

from .shapes import Language, State, Zone

#: by key: English, Korean
TEXTS: dict[str, tuple[str, str]] = {
    "page": ("Status", "서비스 상태"),
    "all up": ("Everything works", "모든 서비스가 정상입니다"),
    "all partly": ("Some requests fail", "일부 요청이 실패하고 있습니다"),
    "all down": ("There is an outage", "장애가 발생했습니다"),
    "all unknown": ("Not measured at the moment", "현재 측정되지 않고 있습니다"),
    "all maintenance": ("Under maintenance", "점검 중입니다"),
    "all incident": ("We are dealing with a disturbance", "문제에 대응하고 있습니다"),
    "up": ("up", "정상"),
    "partly": ("partly down", "일부 장애"),
    "down": ("down", "중단"),
    "unknown": ("no data", "데이터 없음"),
    "maintenance": ("Maintenance", "점검"),
    "incident": ("Disturbance", "장애"),
    "now": ("Now", "현재 안내"),
    "planned": ("Planned", "예정된 점검"),
    "components": ("The last 90 days", "최근 90일"),
    "past": ("Past events", "지난 기록"),
    "nothing past": ("Nothing in the last 90 days.", "최근 90일 동안 기록된 일이 없습니다."),
    "unreachable": ("{name} was not reachable", "{name}에 접속할 수 없었습니다"),
    "is unreachable": ("{name} is not reachable", "{name}에 접속할 수 없습니다"),
    "ago": ("90 days ago", "90일 전"),
    "today": ("today", "오늘"),
    "mean": ("{percent} on average", "평균 {percent}"),
    "values": ("By day", "날짜별 값"),
    "day": ("Day (UTC)", "날짜 (UTC)"),
    "made": ("As of {time}. Renewed every minute.", "{time} 기준. 1분마다 갱신됩니다."),
    "old": (
        "This page has not been renewed since {time}: what it says may be out of date.",
        "이 페이지는 {time} 이후 갱신되지 않았습니다. 현재 상태와 다를 수 있습니다.",
    ),
    "legend": (
        "A full bar: 99.9 % or more of the day; lower ones: less; a dash: nobody measured it. The average is of measured days.",
        "가득 찬 막대: 하루의 99.9 % 이상 정상, 낮은 막대: 그 미만, 짧은 선: 측정되지 않은 날. 평균은 측정된 날만 셉니다.",
    ),
    "since": ("since {start}", "{start}부터"),
    "from to": ("{start} to {end}", "{start} ~ {end}"),
    "other": ("한국어", "English"),
}
_LANGUAGES = {"en": 0, "ko": 1}


def say(language: Language, key: str, **values: str) -> str:
    return TEXTS[key][_LANGUAGES[language]].format(**values)


def state(language: Language, value: State) -> str:
    return say(language, value)


def percent(language: Language, value: float | None) -> str:
    """Nothing that is less than all is rounded up to it."""
    if value is None:
        return say(language, "unknown")
    return f"{min(99.99, value):.2f} %" if value < 100 else "100 %"


def average(language: Language, value: float | None) -> str:
    return say(language, "unknown") if value is None else say(language, "mean", percent=percent(language, value))


def moment(value: float, zone: Zone) -> str:
    return f"{_at(value, zone):%Y-%m-%d %H:%M} {zone['name']}"


def _at(value: float, zone: Zone) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(value, datetime.timezone(datetime.timedelta(hours=zone["hours"])))


def span(language: Language, start: float, end: float | None, zone: Zone) -> str:
    if end is None:
        return say(language, "since", start=moment(start, zone))
    first, last = _at(start, zone), _at(end, zone)
    end_of_it = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
    return say(language, "from to", start=f"{first:%Y-%m-%d %H:%M}", end=f"{end_of_it} {zone['name']}")
