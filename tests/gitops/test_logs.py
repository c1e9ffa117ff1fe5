# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of the logs is judged first, and what comes is shown to people on a line each."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._logs import shapes
from ansible_collections.echodiary.infra.plugins.module_utils._logs.shapes import Line

from gitops import cli, exits, log_view, logs, questions
from gitops.errors import GitopsError
from gitops.logs import Told
from gitops.questions import Question, Typed
from tests import nasty
from tests.gitops.builders import NOON

TODAY = "2026-11-21"


def judged(**typed: Any) -> Question:
    return questions.judged(Typed(**typed), NOON)


def line(text: str = "x", **fields: str) -> Line:
    return {"_time": f"{TODAY}T12:00:00.123456789Z", "_msg": text, "host": "app1", "component": "web", "level": "INFO", **fields}


def shown(*found: Line, today: str = TODAY) -> list[str]:
    return list(log_view.lines(found, today, lambda _, text: text, log_view.wider(found, today)))


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ({"since": "15m"}, (NOON - 900, NOON)),
        ({"since": "1h 30min", "until": "30m"}, (NOON - 5400, NOON - 1800)),
        ({"since": "2026-11-21"}, (NOON - 43200, NOON)),
        ({"since": "2026-11-21T20:00:00+09:00", "until": "2026-11-21T11:30:00.5Z"}, (NOON - 3600, NOON - 1799.5)),
    ],
)
def test_spans_and_times(typed: dict[str, str], span: tuple[float, float]) -> None:
    assert judged(**typed)[:2] == span


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"since": "soon"}, "since 'soon' is neither a span nor a time"),
        ({"since": "15"}, "since '15' is neither"),
        ({"since": ""}, "since '' is neither"),
        ({"since": "2026-11-21T10:00:00"}, "is neither a span nor a time; write it as 15m, 2h, 1d, or 2026-12-01T18:00:00+09:00"),
        ({"since": "9999999d"}, "is neither a span nor a time"),
        ({"since": "1h", "until": "2h"}, "since '1h' is not before until '2h'"),
        ({"since": "2026-11-22"}, "since '2026-11-22' is not before now"),
        ({"level": "loud"}, "level 'loud' is none of DEBUG"),
        ({"last": 0}, "last 0 is not between 1 and 10000"),
        ({"text": "\udcff"}, "is not UTF-8"),
    ],
)
def test_what_cannot_be_asked_is_refused(typed: dict[str, Any], why: str) -> None:
    with pytest.raises(GitopsError, match=r"\A[^\n]*\Z") as refused:
        judged(**typed)
    assert why in str(refused.value)


@pytest.mark.parametrize("words", [["--since", "soon"], ["--level", "loud"], ["--store", "none"], ["--last", "many"]])
def test_a_mistake_is_one_line_and_an_error(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code: Any = cli.main(["logs", *words])
    except SystemExit as ended:
        code = ended.code
    assert code == exits.ERROR
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("gitops: ")


@pytest.mark.parametrize("text", [text for text in nasty.ALL if text])
def test_what_was_typed_is_no_template_for_the_playbook(text: str) -> None:
    given = questions.variables(judged(text=text, request=text, hosts=[text], components=[text]), "store")
    unsafe = {"__ansible_unsafe": text}
    assert (given["logs_text"], given["logs_request"], given["logs_limit"], given["logs_components"]) == (unsafe, unsafe, unsafe, [unsafe])


def test_columns_are_aligned_and_text_comes_last() -> None:
    assert shown(line("a"), line("b", host="monitoring1", slot="blue", level="ERROR")) == [
        "12:00:00.123  app1         web       INFO   a",
        "12:00:00.123  monitoring1  web/blue  ERROR  b",
    ]


def test_another_day_is_told() -> None:
    assert shown(line(), today="2026-11-22")[0].startswith("2026-11-21 12:00:00.123  app1")


def test_several_lines_are_one_and_an_exception_ends_it() -> None:
    (only,) = shown(line("failed\nat a\nat b", exception="Traceback\n  x\npsycopg.Error (57P01)\n"))
    assert only.endswith("failed … +2 lines | psycopg.Error (57P01)")


@pytest.mark.parametrize("text", nasty.ALL)
def test_no_text_steers_a_terminal_or_makes_a_line_of_its_own(text: str) -> None:
    (only,) = shown(line(text, host=text, component=text, level=text, exception=text))
    assert only.isprintable()


def test_a_long_text_is_cut_and_a_long_name_leaves_room() -> None:
    (only,) = shown(line("y" * 5000, host="h" * 300))
    assert len(only) < 360
    assert only.endswith("y…")


def test_lines_of_several_hosts_are_in_the_order_of_their_times() -> None:
    times = ["2026-11-21T12:00:00Z", "2026-11-21T12:00:00.1Z", "2026-11-21T12:00:00.12Z", "2026-11-21T12:00:01Z"]
    assert sorted([{"_time": time} for time in reversed(times)], key=shapes.moment) == [{"_time": time} for time in times]


def test_the_last_line_leads_to_the_request_that_failed() -> None:
    told = Told((line(level="ERROR", request_id="r-1"), line(request_id="r-2")))
    said = log_view.next_step(judged(components=["web"]), told, ["inventories/staging"])
    assert said == "2 lines; next: python -m gitops -i inventories/staging logs --since 15m --request r-1"


def test_the_last_line_leads_to_older_lines() -> None:
    said = log_view.next_step(judged(text="it's"), Told((line(),), cut=True), [])
    command = said.partition("next: ")[2].partition(" for older")[0]
    options = cli._parser().parse_args(shlex.split(command)[3:])
    again = questions.judged(Typed(options.since, options.until, text=options.grep), NOON)
    assert (again.since, again.until, again.typed.text) == (NOON - 900, NOON + 0.123456, "it's")


def test_where_nothing_was_said_a_longer_time_is_asked_for() -> None:
    said = log_view.next_step(judged(since="15m"), Told(), [])
    assert said == "no lines since 2026-11-21T11:45:00Z; next: python -m gitops logs --since 2026-11-21T11:00:00Z"


def test_a_host_that_did_not_answer_is_no_good_answer() -> None:
    assert logs.code(Told(silent=("app2: unreachable",), answered=True)) == exits.UNKNOWN
    assert logs.code(Told(answered=True)) == exits.GOOD
