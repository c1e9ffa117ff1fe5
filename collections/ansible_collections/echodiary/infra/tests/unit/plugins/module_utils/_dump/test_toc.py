# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.module_utils._dump import toc

LISTING = """;
; Archive created at 2026-11-21 17:04:30 UTC
;
2; 3079 16385 EXTENSION - pg_stat_statements
3460; 0 0 COMMENT - EXTENSION pg_stat_statements
3; 3079 16999 EXTENSION - citext
220; 1259 16450 TABLE public entries echodiary
3461; 0 16450 TABLE DATA public entries echodiary
3462; 0 0 COMMENT public EXTENSION pg_stat_statements echodiary
"""


def test_only_lines_that_stand_for_something_count() -> None:
    assert len(toc.entries(LISTING)) == 6
    assert toc.entries(";\n\n; nothing\n") == []


def test_what_the_template_brought_is_left_out_and_nothing_else() -> None:
    kept = toc.without_extensions(LISTING, ["plpgsql", "pg_stat_statements"])
    assert [line.split(";")[0] for line in kept] == ["3", "220", "3461", "3462"]
    assert toc.without_extensions(LISTING, []) == toc.entries(LISTING)
