# SPDX-License-Identifier: GPL-3.0-or-later
"""No text from a host gets out of the form that it is put into, and what people need of it stays readable."""

from __future__ import annotations

import html
import json
import re
from xml.etree import ElementTree

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import exposition
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from prometheus_client.parser import text_string_to_metric_families

NASTY = [
    "/etc/x\x1b[2J\x1b[1;1H",
    "/etc/\x1b]0;title\x07x",
    "/etc/x\x9b31m",
    "/etc/x\r\nweb1  nginx  in sync",
    "/etc/a\u202egnp.exe",
    "/etc/zero\u200bwidth",
    "/etc/\udce9t\udce9",
    "/etc/\ud800",
    "/etc/`; rm -rf /`",
    "`",
    "``` ```",
    "/etc/a|b",
    "/etc/a\\|b",
    "/etc/a\\`b",
    "/etc/<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!--",
    "]]>",
    "@team please",
    "[click](http://example.invalid)",
    "![x](http://example.invalid/x.png)",
    "*bold* __init__ ~~gone~~",
    "&lt;b&gt;",
    'a"b\\c\nd',
    " leading and trailing ",
    "\u2028\u2029",
    "",
]
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
PARSER = MarkdownIt("commonmark").enable("table")
ALLOWED = {"p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", ""}
ANY = st.one_of(
    st.sampled_from(NASTY), st.text(alphabet=st.characters(), max_size=30), st.text(alphabet="`|\\<>&@*_[]()!~ab \n", max_size=12)
)


def markup_in(text: str) -> tuple[set[str], str]:
    """The elements that a reader of Markdown sees, and the page's text."""
    page = PARSER.render(text)
    return set(re.findall(r"</?([a-z0-9]+)", page)), html.unescape(re.sub(r"<[^>]*>", "", page))


@given(ANY)
def test_nothing_steers_a_terminal(text: str) -> None:
    assert not STEERING.search(outputs.terminal(text))
    assert not STEERING.search(outputs.name(text))
    assert "\n" not in outputs.name(text)
    outputs.terminal(text).encode()


def test_a_name_shows_what_cannot_be_seen() -> None:
    assert outputs.name("a\x1b[2J\u202eb\udce9\n") == "a\\x1b[2J\\u202eb\\xe9\\x0a"
    assert outputs.name("/srv/Übung 日本 🎄") == "/srv/Übung 日本 🎄"


def test_ordinary_text_stays_as_it_is() -> None:
    text = "mode 0644 -> 0600 (deploy_alerts_block=false), 3 of 4; see: systemctl status x.service"
    assert outputs.terminal(text) == text
    assert markup_in(outputs.markdown(text))[1].strip() == text
    assert outputs.code("file /etc/demo") == "`file /etc/demo`"


@given(ANY)
def test_nothing_becomes_markup_in_a_line_of_markdown(text: str) -> None:
    elements, _ = markup_in(f"so: {outputs.markdown(text)} it is")
    assert elements <= {"p"}


@given(ANY, ANY)
def test_nothing_leaves_its_cell(one: str, other: str) -> None:
    row = f"| {outputs.code(one)} | {outputs.markdown(other)} | last |\n"
    page = PARSER.render(f"| a | b | c |\n|---|---|---|\n{row}")
    cells = re.findall(r"<td>(.*?)</td>", page, re.DOTALL)
    assert len(cells) == 3, page
    assert cells[2] == "last"
    assert re.fullmatch(r"<code>[^<]*</code>", cells[0]), page
    assert "<" not in cells[1], page
    assert html.unescape(cells[0][6:-7]) == outputs.name(one)


@given(ANY)
def test_nothing_ends_a_block(text: str) -> None:
    elements, shown = markup_in(outputs.fenced(text, "diff") + "\n")
    assert elements == {"pre", "code"}
    assert shown.strip("\n") == outputs.terminal(text).strip("\n")


@given(ANY)
def test_nothing_becomes_an_element_of_a_page(text: str) -> None:
    root = ElementTree.fromstring(f'<b title="{outputs.html(text)}">{outputs.html(text)}</b>')
    assert not list(root)
    assert root.get("title") == (root.text or "") == outputs.name(text)


@given(ANY)
def test_json_reads_back_the_same_and_can_be_written(text: str) -> None:
    assert json.loads(outputs.json_text([text]).encode()) == [text]
    script = outputs.script([text])
    assert "<" not in script
    assert json.loads(script.encode()) == [text]


@pytest.mark.parametrize("text", NASTY)
def test_a_label_is_one_label(text: str) -> None:
    shown = outputs.encodable(text)
    written = exposition.text([exposition.Family("x", "gauge", "X.")], [exposition.Sample("x", {"name": shown, "b": "c"}, 1)])
    (family,) = text_string_to_metric_families(written.encode().decode())
    assert [sample.labels for sample in family.samples] == [{"name": shown, "b": "c"}]
