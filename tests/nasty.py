# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that mean something in one language or another. One list for every boundary: whoever crosses one crosses it with all of these."""

from __future__ import annotations

ONE_LINE = [
    "plain", "a$HOME", "${HOME}", "$$", "a$HOME:5432/x", "redis://u:p$w'x@h:6379/0?a=b&c", "it's", 'say "hello"', "'", '"',
    "\\", "back\\slash", "trail\\", "x\\'y", "\\n", "a #b", "#", ": x", "- x", "{a: b}", "[x]", "%x", "&x *y", "!tag", "true", "no",
    "null", "~", "1e3", "0x1F", "007", "12:30", "1.5", ".5", "=", "a=b", "", " ", " lead", "trail ", "a  b", "tab\tx", "ü漢😀", "`id`",
    "$(id)", "{{ x }}", "{% x %}", "a|b;c", "@x", "\x1b[31m", "\x7f", "<b>&amp;</b>", "*", "?", "../../x", "%(x)s", "é", "--x=y",
]  # fmt: skip
#: What some readers take for the end of a line, and others do not.
MORE_LINES = ["two\nlines", "a\r\nb", "\n", "x\x85y", "x\u2028y"]
ALL = [*ONE_LINE, *MORE_LINES]
