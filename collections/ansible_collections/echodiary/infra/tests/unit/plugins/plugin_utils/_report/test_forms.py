# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form says the same, and takes whatever hosts and people have written for text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import notices
from ansible_collections.echodiary.infra.plugins.plugin_utils._report import charts, document, kept, markdown, model, page, slack, terminal
from ansible_collections.echodiary.infra.plugins.plugin_utils._report.model import Chart, Line, Table, Tile, Todo
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._report import builders as build

HOSTILE = "<script>alert(1)</script> | `x` @everyone \x1b[31m \u202e"


def whole(text: str = "app1") -> model.Report:
    one = build.section(
        "alerts",
        state="bad",
        said=text,
        tiles=[Tile(text, text, text, "unknown")],
        tables=[Table((text, "n"), [(text, "1")], frozenset({1}))],
        charts=[Chart(text, ["11-01", "11-02", "11-03", "11-04"], [Line(text, [1.0, None, 2.0, 3.0])], "{:.1f} %", 0.1, 1.5)],
        notes=[text],
        todos=[Todo(text, f"ansible-playbook {text}", urgent=True)],
    )
    return build.report(one, build.section("logs", state="absent", said="no log store"), notes=[text])


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_page_has_no_program_and_asks_for_nothing_from_elsewhere() -> None:
    elements = Elements(page.html(whole(HOSTILE))).found
    assert not [tag for tag, _ in elements if tag in ("script", "img", "iframe", "object")]
    assert not [name for _, attrs in elements for name in attrs if name.startswith("on") or name == "src"]
    links = [attrs["href"] for tag, attrs in elements if "href" in attrs]
    assert all(one and one.startswith(("#", "data:,")) for one in links)


def test_every_link_of_a_page_leads_somewhere() -> None:
    elements = Elements(page.html(whole())).found
    names = {attrs["id"] for _, attrs in elements if "id" in attrs}
    assert {attrs["href"] for tag, attrs in elements if tag == "a"} == {"#alerts"} <= {f"#{name}" for name in names}


def test_a_chart_breaks_where_a_day_is_not_known_and_is_told_in_words() -> None:
    (chart,) = whole().sections[0].charts
    drawn = charts.svg(chart)
    assert [len(points.split()) for points in re.findall(r'points="([^"]*)"', drawn)] == [1, 2]
    assert drawn.count("<circle") == 3
    assert "between 1.0 % and 3.0 %, last 3.0 %" in drawn
    assert charts.rows(chart)[1] == ("11-02", "unknown")


@pytest.mark.parametrize("values", [[], [None, None]])
def test_a_chart_of_nothing_is_not_drawn(values: list[float | None]) -> None:
    assert charts.svg(Chart("x", ["a", "b"], [Line("x", values)], "{}", 1.0)) == ""


def test_a_chart_of_one_value_lies_within_its_picture() -> None:
    drawn = charts.svg(Chart("x", ["a", "b"], [Line("x", [0.0, 0.0])], "{:.0f}", 1.0))
    heights = [float(one) for one in re.findall(r'cy="([\d.]+)"', drawn)]
    assert all(0 < one < charts.HEIGHT for one in heights)


def test_what_is_nearly_the_same_is_drawn_nearly_flat() -> None:
    drawn = charts.svg(Chart("x", ["a", "b", "c", "d"], [Line("x", [0.4583333, 0.4583334, 0.4583332, 0.459])], "{:.3f} s", 0.02))
    heights = [float(one) for one in re.findall(r'cy="([\d.]+)"', drawn)]
    assert max(heights) - min(heights) < 0.05 * charts.HEIGHT


def test_markdown_takes_names_for_text() -> None:
    said = markdown.text(whole(HOSTILE))
    assert "<script" not in said and "\x1b" not in said and "@everyone" not in said
    rows = [line for line in said.splitlines() if line.startswith("| ")]
    assert rows and all(line.count(" | ") in (1, 2) for line in rows)


def test_markdown_fits_into_an_issue_whatever_there_is() -> None:
    large = build.section("large", tables=[Table(("x",), [("y" * 100,)] * 2000)])
    said = markdown.text(build.report(large, build.section("small")))
    assert len(said) <= markdown.ROOM and "Small" in said and "did not fit" in said


def test_a_terminal_is_not_steered() -> None:
    assert "\x1b" not in "".join(terminal.lines(whole(HOSTILE)))


@pytest.mark.parametrize("text", ["app1", "<&>" * 300, "x" * 5000])
def test_a_message_fits_every_channel(text: str) -> None:
    todos = [Todo(text, "", urgent=True)] * 30
    said = slack.text(build.report(build.section(todos=todos, said=text), *[build.section(said=text)] * 12), "https://example.com/page")
    (slacked,) = notices.messages(
        notices.Notice(said, "good", {}), slack_token="t", discord_webhook_id="", discord_webhook_token="", webhook_url=""
    )
    (attachment,) = slacked.document["attachments"]  # type: ignore[index, misc]
    assert len(attachment["text"]) <= notices.DISCORD_LONGEST  # type: ignore[index, call-overload, arg-type]
    assert said.endswith("all of it: https://example.com/page")
    assert "30 things to do" in said


def test_a_message_says_that_lines_are_missing() -> None:
    said = slack.text(build.report(*[build.section(said="y" * 200)] * 30), "")
    assert re.search(r"… and \d+ lines more$", said)


def test_every_form_is_kept_and_the_document_is_json() -> None:
    found = kept.texts(whole(HOSTILE))
    assert set(found) == {kept.PAGE, kept.MARKDOWN, kept.DOCUMENT}
    assert json.loads(found[kept.DOCUMENT])["format"] == document.FORMAT


def test_the_headline_never_says_more_than_is_known() -> None:
    unknown = build.section("backups", state="unknown")
    assert build.report(build.section()).headline == "nothing to do"
    assert build.report(build.section(), unknown).headline == "nothing known to do; not known: backups"
    assert build.report(build.section(todos=[Todo("x", "")]), unknown).headline == "1 thing to do"


def test_what_is_urgent_comes_first() -> None:
    first, second = build.section(todos=[Todo("later", "")]), build.section(todos=[Todo("now", "", urgent=True)])
    assert [one.text for one in build.report(first, second).todos] == ["now", "later"]
