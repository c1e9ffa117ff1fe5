# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._drill import figures, table

PAGE = f"# Disasters\n\nWords of people.\n\n{table.BEGIN}\n{table.END}\n\nMore words.\n"


def line(environment: str = "local", what: str = "database", **given: Any) -> table.Line:
    steps = [figures.Step("loss", 1.2), figures.Step("site", 60.0)]
    known = {"rto": 61.2, "steps": steps, "age": 3600.0, "rows": 100000, "lost": 12, "asked": None, "failed": None}
    return table.Line(environment, what, "2026-12-01", figures.Figures(**{**known, **given}))


def rows(page: str) -> list[str]:
    return [one for one in page.splitlines() if one.startswith("| ")][1:]


def test_a_line_has_every_figure() -> None:
    (found,) = rows(table.merged(PAGE, line(asked=2000, failed=31)))
    assert found == "| local | database | 2026-12-01 | 1 min 1 s | 60 min | 100,000 | 12 | 31 of 2,000 | loss 1 s, site 60 s |"


def test_what_nobody_counted_is_not_said_to_be_none() -> None:
    (found,) = rows(table.merged(PAGE, line(age=None, lost=None)))
    assert "nothing restored" in found and found.count("not counted") == 2 and " 0 " not in found


def test_what_people_wrote_stays_and_the_same_figures_change_nothing() -> None:
    once = table.merged(PAGE, line())
    assert once.startswith("# Disasters\n\nWords of people.\n\n") and once.endswith(f"{table.END}\n\nMore words.\n")
    assert table.merged(once, line()) == once


def test_one_line_of_each_environment_and_loss() -> None:
    page = PAGE
    for one in (line("staging"), line(what="everything"), line(what="host app1"), line(what="database", rto=9.0), line(what="host app2")):
        page = table.merged(page, one)
    assert [one.split(" | ")[:2] for one in rows(page)] == [
        ["| local", "host app2"], ["| local", "database"], ["| local", "everything"], ["| staging", "database"],
    ]  # fmt: skip


def test_an_empty_page_becomes_one() -> None:
    table.check("")
    assert len(rows(table.merged("", line()))) == 1


@pytest.mark.parametrize("page", ["words", f"{table.BEGIN}\n", f"{table.END}\n{table.BEGIN}\n", PAGE + PAGE])
def test_a_page_without_both_marks_is_left_alone(page: str) -> None:
    with pytest.raises(ValueError, match="drill: begin"):
        table.check(page)
    with pytest.raises(ValueError, match="put them where"):
        table.merged(page, line())


def test_a_name_makes_no_cell_of_its_own() -> None:
    (found,) = rows(table.merged(PAGE, line("a | b")))
    assert found.count(" | ") == 8


@pytest.mark.parametrize(("seconds", "said"), [(9.4, "9 s"), (59.6, "1 min 0 s"), (170, "2 min 50 s"), (3600, "60 min 0 s")])
def test_to_the_second(seconds: float, said: str) -> None:
    assert table.exact(seconds) == said
