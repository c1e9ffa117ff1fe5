# SPDX-License-Identifier: GPL-3.0-or-later
"""A difference of text is seen as what it is, whatever it is made of."""

from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import paths
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import result
from hypothesis import given
from hypothesis import strategies as st


def shown(before: str, after: str) -> list[str]:
    """What people are shown of a file that changed from ``before`` to ``after``: all lines that begin with - or +, or a note."""
    desired = {"kind": "file", "content": paths.digest(after.encode(), None)}
    live = paths.Live({"kind": "file", "content": paths.digest(before.encode(), None)}, 0.0, before.encode())
    change = paths.plan_path("/etc/x", desired, live, None, (before, after))
    assert change is not None
    (told,) = result.diffs([{"name": "demo", "changes": [change.as_dict()]}])
    assert "content: " not in told["prepared"], "two checksums say nothing"
    return [line for line in told["prepared"].splitlines()[3:] if line.startswith(("-", "+", "\\"))]


def test_line_ends() -> None:
    assert shown("a\r\nb\r\n", "a\nb\n") == ["-a␍", "-b␍", "+a", "+b"]


def test_a_last_newline_that_is_missing() -> None:
    assert shown("a\nb", "a\nb\n") == ["-b", "\\ No newline at end of file", "+b"]
    assert shown("a\nb\n", "a\nb") == ["-b", "+b", "\\ No newline at end of file"]
    assert shown("", "x") == ["+x", "\\ No newline at end of file"]


def test_an_empty_last_line() -> None:
    assert shown("a\n", "a\n\n") == ["+"]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("a \n", "a\n", ["-a␠", "+a"]),
        ("\ta b\n", "    a b\n", ["-␉a␠b", "+␠␠␠␠a␠b"]),
        ("\ufeffa\n", "a\n", ["-<U+FEFF>a", "+a"]),
        ("a\u00a0b\n", "a b\n", ["-a<U+00A0>b", "+a␠b"]),
        ("a\u200bb\n", "ab\n", ["-a<U+200B>b", "+ab"]),
        ("a\x0cb\n", "ab\n", ["-a<U+000C>b", "+ab"]),
        ("a\rb\n", "a\nb\n", ["-a␍b", "+a", "+b"]),
        ("a\u2028b\n", "a\nb\n", ["-a<U+2028>b", "+a", "+b"]),
    ],
)
def test_what_cannot_be_seen(before: str, after: str, lines: list[str]) -> None:
    assert shown(before, after) == lines


def test_what_can_be_seen_stays_as_it_is() -> None:
    assert shown("one two\n\tthree\n", "one 2\n\tthree\n") == ["-one two", "+one 2"]


@given(
    st.text(st.sampled_from("ab \t\r\n\x0b\x0c\x85\u2028\ufeff\u00a0"), max_size=12),
    st.text(st.sampled_from("ab \t\r\n\ufeff"), max_size=12),
)
def test_no_two_texts_look_the_same(before: str, after: str) -> None:
    if before == after:
        return
    lines = shown(before, after)
    assert lines
    old = [line[1:] for line in lines if line.startswith("-")]
    new = [line[1:] for line in lines if line.startswith("+")]
    assert old != new or any(line.startswith("\\") for line in lines)


def test_what_is_too_long_or_no_text_is_told_by_its_size() -> None:
    long, binary = b"a" * (paths.LONGEST_SHOWN + 1), b"\xff\x00"
    desired = {"kind": "file", "content": paths.digest(long, None)}
    live = paths.Live({"kind": "file", "content": paths.digest(binary, None)}, 0.0, binary)
    change = paths.plan_path("/x", desired, live, None, (paths.as_text(binary, 2), paths.as_text(b"", len(long))))
    assert change is not None
    assert change.diff.splitlines()[3:] == ["-(binary, 2 bytes)", "+(200001 bytes)"]
