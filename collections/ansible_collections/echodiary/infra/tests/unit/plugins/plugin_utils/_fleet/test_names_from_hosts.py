# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that somebody on a host named to deceive is one entry, in every form in which people read of it."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import files, outputs, since, table
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.view import View, result_lines
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._drift import builders as build
from markdown_it import MarkdownIt
from prometheus_client.parser import text_string_to_metric_families

NAMES = [
    "/etc/x\x1b[2J\x1b[1;1Happ1  all in sync",
    "/etc/x\x1b]0;owned\x07",
    "/etc/x\x9b2J",
    "/etc/x\napp2  nginx  in sync",
    "/etc/x\u202etxt.sh",
    "/etc/\udcff\udcfe",
    "/etc/`x` ![](http://example.invalid/p.png)",
    "/etc/a`b",
    "/etc/a|b\\|c",
    "/etc/</script><script>alert(1)</script>",
    "/etc/<b>bold</b> @team",
]
STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
PARSER = MarkdownIt("commonmark").enable("table")


def returned(name: str) -> dict[str, object]:
    change = build.change(f"stranger:{name}", action="report", fields={"owner": [name, "root"]}, why=name, diff=f"+{name}")
    return build.result(build.entry("nginx", change))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("details", [False, True])
def test_no_line_of_a_run_steers_the_terminal(name: str, details: bool) -> None:
    lines = result_lines("app1", returned(name), View(4, check=True, details=details))
    assert not [line for line in lines if STEERING.search(line)]
    assert not [line for line in lines[:1] if line.startswith("app2")]
    assert details or len(lines) == 1


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_the_drift_table_steers_the_terminal(name: str) -> None:
    report = build.report({"app1": returned(name)})
    for details in (False, True):
        lines = table.lines(report, details=details)
        assert not [line for line in lines if STEERING.search(line)]
        assert not [line for line in lines if line.startswith("app2")]
    assert len(table.lines(report)) == 3, "a heading, one difference, the verdict"


@pytest.mark.parametrize("name", NAMES)
def test_markdown_has_one_row_and_nothing_else_of_it(name: str) -> None:
    page = PARSER.render(outputs.files(since.aged(build.report({"app1": returned(name)}), since.empty()))["report.md"])
    cells = re.findall(r"<td>(.*?)</td>", page, re.DOTALL)
    assert len(cells) == 6, page
    assert re.fullmatch(r"<code>[^<]*</code>", cells[2]), page
    assert not STEERING.search(html.unescape(cells[2]))
    assert set(re.findall(r"<([a-z0-9]+)", page)) <= {
        "h3", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "details", "summary", "ul", "li", "strong", "p",
    }  # fmt: skip
    assert "@team" not in html.unescape(re.sub(r"<code>.*?</code>|<pre>.*?</pre>", "", page, flags=re.DOTALL))


@pytest.mark.parametrize("name", NAMES)
def test_every_file_of_a_report_can_be_written_and_read(name: str, tmp_path: Path) -> None:
    report = build.report({"app1": returned(name)}, environment=name)
    files.write(tmp_path, outputs.files(report))
    texts = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    (component,) = json.loads(texts["report.json"])["hosts"][0]["components"]
    assert component["resources"][0]["resource"] == f"stranger:{name}", "programs get the name as it is"
    embedded = re.search(r'<script type="application/json" id="report">(.*?)</script>', texts["index.html"], re.DOTALL)
    assert embedded and json.loads(embedded[1]) == json.loads(texts["report.json"])
    ElementTree.fromstring(texts["badge.svg"])
    assert list(text_string_to_metric_families(texts["drift.prom"]))
