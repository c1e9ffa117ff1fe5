# SPDX-License-Identifier: GPL-3.0-or-later
"""What another release would find: foreseen from SQL, and judged."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import compat, predict, sql


def column(**given: Any) -> dict[str, Any]:
    return {"type": "TEXT", "family": "String", "nullable": True, "server_default": False, "client_default": False, **given}


ID = column(type="BIGINT", family="Integer", nullable=False, server_default=True)
TABLES = {"entries": {"id": ID, "title": column(nullable=False), "mood": column()}, "tags": {"id": ID}}
MODELS = {"entries": {"id": ID, "title": column(nullable=False), "mood": column()}}


def after(source: str) -> predict.Tables:
    return predict.after(TABLES, sql.statements(source))


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("DROP TABLE entries", "entries: the code reads a table that is gone"),
        ("DROP TABLE IF EXISTS tags, public.entries", "entries: the code reads a table that is gone"),
        ("ALTER TABLE entries RENAME TO notes", "entries: the code reads a table that is gone"),
        ("ALTER TABLE entries DROP COLUMN mood", "entries.mood: the code reads a column that is gone"),
        ("ALTER TABLE ONLY public.entries DROP IF EXISTS mood CASCADE", "entries.mood: the code reads a column that is gone"),
        ("ALTER TABLE entries RENAME COLUMN mood TO feeling", "entries.mood: the code reads a column that is gone"),
        (
            "ALTER TABLE entries ADD COLUMN tz text NOT NULL",
            "entries.tz: NOT NULL without a default: the code does not know the column, so",
        ),
        ("ALTER TABLE entries ALTER COLUMN mood SET NOT NULL", "entries.mood: NOT NULL without a default: the code may leave it empty, so"),
        ("ALTER TABLE entries ALTER id DROP DEFAULT", "entries.id: the code leaves the value to a default that is gone, so"),
        ("ALTER TABLE entries SET SCHEMA attic", "entries: the code reads a table that is gone"),
        ("ALTER TABLE entries ADD PRIMARY KEY (mood)", "entries.mood: NOT NULL without a default"),
        ("ALTER TABLE entries ALTER id DROP IDENTITY", "entries.id: the code leaves the value to a default that is gone, so"),
        ("ALTER TABLE entries ADD COLUMN a text, ADD COLUMN b numeric(10, 2) NOT NULL", "entries.b: NOT NULL without a default"),
    ],
)
def test_foreseen(source: str, problem: str) -> None:
    found = [str(one) for one in compat.caused(MODELS, TABLES, after(source))]
    assert len(found) == 1 and found[0].startswith(problem)


@pytest.mark.parametrize(
    "source",
    [
        "ALTER TABLE entries ADD COLUMN note text",
        "ALTER TABLE entries ADD COLUMN IF NOT EXISTS note text",
        "ALTER TABLE entries ADD COLUMN tz text DEFAULT 'UTC' NOT NULL",
        "ALTER TABLE entries ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY",
        "ALTER TABLE entries ADD COLUMN n serial8 NOT NULL",
        'ALTER TABLE entries ADD COLUMN "NOT NULL" text',
        "ALTER TABLE entries ADD CONSTRAINT c CHECK (mood <> '') NOT VALID",
        "ALTER TABLE entries DROP CONSTRAINT c, ALTER COLUMN title DROP NOT NULL",
        "ALTER TABLE tags DROP COLUMN id",
        "DROP TABLE tags",
        "CREATE TABLE more (id int NOT NULL)",
        "ALTER TABLE absent DROP COLUMN x",
    ],
)
def test_nothing_the_code_would_miss(source: str) -> None:
    assert compat.caused(MODELS, TABLES, after(source)) == []


def test_what_was_so_before_is_nobodys_fault() -> None:
    before = {"entries": {**TABLES["entries"], "legacy": column(nullable=False)}}
    assert len(compat.problems(MODELS, before)) == 1
    assert compat.caused(MODELS, before, before) == []


def test_a_type_of_another_family() -> None:
    now = {"entries": {**TABLES["entries"], "title": column(type="BYTEA", family="_Binary", nullable=False)}}
    assert [str(one) for one in compat.problems(MODELS, now)] == ["entries.title: the code expects TEXT and finds BYTEA"]
    wider = {"entries": {**TABLES["entries"], "title": column(type="VARCHAR(9)", nullable=False)}}
    assert compat.problems(MODELS, wider) == []


def test_a_value_that_the_code_itself_fills_in() -> None:
    models = {"entries": {**MODELS["entries"], "mood": column(client_default=True)}}
    assert compat.caused(models, TABLES, after("ALTER TABLE entries ALTER COLUMN mood SET NOT NULL")) == []
