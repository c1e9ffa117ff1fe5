# SPDX-License-Identifier: GPL-3.0-or-later
"""PostgreSQL refuses a new value of an enum in the transaction that adds it: told before a migration is begun."""

from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import rules, sql

ADD = "ALTER TYPE mood ADD VALUE 'elated';"
RULE = "enum-value-used-at-once"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{ADD} UPDATE entries SET mood = 'elated' WHERE id = 1;", True),
        (f"{ADD} INSERT INTO entries (mood) VALUES ('elated');", True),
        (f"{ADD} ALTER TABLE entries ALTER mood SET DEFAULT 'elated';", True),
        ("ALTER TYPE public.mood ADD VALUE IF NOT EXISTS 'o''clock' AFTER 'good'; UPDATE e SET m = 'o''clock' WHERE id = 1;", True),
        (f"{ADD} UPDATE entries SET mood = E'elated' WHERE id = 1;", True),
        (f"{ADD} UPDATE entries SET mood = $$elated$$ WHERE id = 1;", True),
        (f"{ADD} UPDATE entries SET moods = '{{good,elated}}' WHERE id = 1;", True),
        (f"{ADD} CREATE VIEW v AS SELECT * FROM entries WHERE mood = 'elated';", True),
        (f"{ADD} CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS $$ SELECT 'elated'::mood $$;", True),
        (f"{ADD} DO $$ BEGIN UPDATE entries SET mood = 'elated' WHERE id = 1; END $$;", True),
        (f"BEGIN; {ADD} BEGIN; UPDATE entries SET mood = 'elated' WHERE id = 1;", True),
        # a block that Alembic runs outside of a transaction
        (f"BEGIN; COMMIT; {ADD} BEGIN; UPDATE entries SET mood = 'elated' WHERE id = 1;", False),
        (f"{ADD} COMMENT ON COLUMN entries.mood IS 'elated';", False),
        ("ALTER TYPE mood RENAME VALUE 'good' TO 'elated'; UPDATE entries SET mood = 'elated' WHERE id = 1;", False),
        (ADD, False),
        (f"{ADD} ALTER TYPE mood ADD VALUE 'sad' AFTER 'elated';", False),
        (f"{ADD} UPDATE entries SET mood = 'good' WHERE id = 1;", False),
        (f"{ADD} COMMIT; UPDATE entries SET mood = 'elated' WHERE id = 1;", False),
        (f"CREATE TYPE mood AS ENUM ('good'); {ADD} CREATE TABLE entries (mood mood DEFAULT 'elated');", False),
        ("UPDATE entries SET mood = 'elated' WHERE id = 1; ALTER TYPE mood ADD VALUE 'elated';", False),
    ],
)
def test_a_value_is_not_used_where_it_is_added(text: str, found: bool) -> None:
    assert (RULE in {hit.rule for hit in rules.check(sql.statements(text))}) == found
