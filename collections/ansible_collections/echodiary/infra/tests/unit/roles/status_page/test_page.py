# SPDX-License-Identifier: GPL-3.0-or-later
"""What users read: both languages, nothing that was meant as text done as markup, nothing claimed that nobody measured."""

from __future__ import annotations

import html.parser
from typing import Any

import pytest
from status_page import days, page, words
from status_page.shapes import View

NOW = 1_796_126_400.0  # 2026-12-01 12:00 UTC
HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(1)> %[var(txn.edge)] &amp;"""
SHOP: Any = {"key": "shop", "words": {"en": "The shop", "ko": "상점"}, "reached": "", "answered": "", "probed": "", "failing": ""}
CONFIG: Any = {
    "title": {"en": "Shops", "ko": "상점들"},
    "path": "/status",
    "zone": {"name": "KST", "hours": 9},
    "style": "",
    "components": [SHOP],
    "prometheus": "http://10.0.0.5:9090",
}


def notice(start: float, end: float | None, kind: str = "maintenance", en: str = "We move.", ko: str = "이사합니다.") -> Any:
    return {"id": "x", "kind": kind, "start": start, "end": end, "words": {"en": en, "ko": ko}, "who": "ann@secret-host"}


def view(**given: Any) -> View:
    known: dict[str, Any] = {"now": NOW, "states": {"shop": "up"}, "days": {}, "outages": [], "notices": [], **given}
    return View(**known)


class Read(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(found: View, language: Any = "en") -> Read:
    return Read(page.html(CONFIG, found, language))


def test_hostile_text_is_text() -> None:
    found = read(view(notices=[notice(NOW - 60, NOW + 60, en=HOSTILE, ko=HOSTILE)]))
    assert not {"script", "img"} & set(found.tags)
    assert not [name for name in found.attributes if name.startswith("on")]
    assert HOSTILE in found.text


def test_nothing_of_the_inside_is_on_it() -> None:
    found = page.html(CONFIG, view(notices=[notice(NOW - 60, NOW + 60)], outages=[{"component": "old", "start": 1.0, "end": NOW}]), "en")
    assert not [one for one in ("secret-host", "10.0.0.5", "9090", "old was") if one in found]


def test_nothing_comes_from_elsewhere_and_nothing_runs() -> None:
    text = page.html(CONFIG, view(), "ko")
    assert "default-src 'none'" in text
    assert not {"script", "iframe", "object"} & set(Read(text).tags)


@pytest.mark.parametrize("language", page.LANGUAGES)
def test_every_word_is_said_in_both_languages(language: Any) -> None:
    other = {"en": "ko", "ko": "en"}[language]
    busy = view(
        notices=[notice(NOW - 60, NOW + 60), notice(NOW + 600, NOW + 900), notice(NOW - 900, NOW - 600, "incident")],
        outages=[{"component": "shop", "start": NOW - 60, "end": None}],
    )
    text = read(busy, language).text
    told = [words.say(other, key) for key in ("components", "past", "planned", "now", "ago", "today", "maintenance", "legend")]
    assert [one for one in told if one in text] == []
    assert ("이사합니다." in text, "We move." in text) == (language == "ko", language == "en")


def test_times_are_those_of_the_zone() -> None:
    assert "2026-12-05 02:00 to 04:00 KST" in read(view(notices=[notice(1_796_403_600, 1_796_410_800)])).text
    assert "2026-12-05 02:00 to 2026-12-06 02:00 KST" in read(view(notices=[notice(1_796_403_600, 1_796_490_000)])).text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "all up"),
        ({"states": {"shop": "unknown"}}, "all unknown"),
        ({"states": {}}, "all unknown"),
        ({"states": {"shop": "unknown", "cart": "down"}}, "all down"),
        ({"states": {"shop": "partly"}}, "all partly"),
        ({"states": {"shop": "down"}, "notices": [notice(NOW - 60, NOW + 60)]}, "all maintenance"),
        ({"states": {"shop": "up"}, "notices": [notice(NOW - 60, None, "incident")]}, "all incident"),
        ({"states": {"shop": "up"}, "notices": [notice(NOW + 60, NOW + 90)]}, "all up"),
        ({"states": {"shop": "up"}, "notices": [notice(NOW - 60, NOW)]}, "all up"),
    ],
)
def test_the_verdict_is_never_better_than_what_is_known(given: dict[str, Any], said: str) -> None:
    assert words.say("en", said) in read(view(**given)).text


def test_a_day_that_nobody_measured_is_neither_well_nor_in_the_mean() -> None:
    today = days.name(days.midnight(NOW) + days.DAY)
    found = page.html(CONFIG, view(days={today: {"shop": 50.0}}), "en")
    assert found.count('class="none"') == 89 and found.count('class="least"') == 1
    assert "50.00 % on average" in found
    assert read(view()).text.count("no data") >= 90
    assert "on average" not in read(view()).text, "nothing was measured"


@pytest.mark.parametrize(("value", "said"), [(100.0, "100 %"), (99.9999, "99.99 %"), (0.0, "0.00 %"), (None, "no data")])
def test_no_day_is_rounded_up_to_all_of_it(value: float | None, said: str) -> None:
    assert words.percent("en", value) == said


def test_it_says_when_it_was_made_where_an_edge_looks_for_it() -> None:
    lines = page.html(CONFIG, view(), "en").splitlines()
    assert lines[1] == f"<!-- made {NOW:.0f} -->" and 'class="fresh"' in lines[2]


def test_the_newest_of_what_was_comes_first() -> None:
    outages: Any = [{"component": "shop", "start": NOW - 7200, "end": NOW - 7140}]
    text = read(view(outages=outages, notices=[notice(NOW - 9000, NOW - 8000)])).text
    assert text.index("was not reachable") < text.index("We move.")


def test_what_says_that_it_is_old_is_hidden_by_no_name_that_the_whole_page_has_then() -> None:
    found = page.html(CONFIG, view(), "en")
    assert 'class="old bad"' in found and "stale" not in found.partition("</head>")[2]
