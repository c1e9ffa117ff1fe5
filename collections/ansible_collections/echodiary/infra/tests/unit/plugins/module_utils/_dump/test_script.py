# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.module_utils._dump import script

SQL = rb"""SET client_encoding = 'UTF8';
CREATE TABLE public.entries (id bigint, body text);
COPY public.entries (id, body) FROM stdin;
1	one
2	COPY public.other (id) FROM stdin;
3	\\.
\.


COPY public.alembic_version (version_num) FROM stdin;
0004
\.

COPY "Odd name"."a.b" FROM stdin;
\.
SELECT pg_catalog.setval('public.entries_id_seq', 3, true);
"""


def survey(sql: bytes) -> script.Survey:
    return script.survey(sql.splitlines(keepends=True))


def test_every_row_is_counted_and_data_that_looks_like_sql_is_data() -> None:
    assert survey(SQL).tables == {"public.entries": 3, "public.alembic_version": 1, '"Odd name"."a.b"': 0}
    assert survey(SQL).rows == 4


def test_the_revision_is_the_one_in_the_dump() -> None:
    assert survey(SQL).revision == "0004"
    assert survey(SQL.replace(b"0004\n", b"b\na\n")).revision == "a, b"
    assert survey(b"").revision == ""
