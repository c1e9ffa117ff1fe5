# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._inside import login


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql+psycopg://app:x@db:5432/shop?sslmode=require", "postgresql+psycopg://own%40er:p%2F%3A@db:5432/shop?sslmode=require"),
        ("postgresql://app@[::1]/shop", "postgresql://own%40er:p%2F%3A@[::1]/shop"),
        ("postgresql+asyncpg://db/shop", "postgresql+asyncpg://own%40er:p%2F%3A@db/shop"),
    ],
)
def test_only_who_logs_in_changes(url: str, found: str) -> None:
    assert login.within(url, "own@er", "p/:") == found


def test_a_release_without_the_variable_says_itself_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_URL", raising=False)
    login.take({"user": "owner", "password": "x", "variable": "SHOP_URL"})
    monkeypatch.setenv("SHOP_URL", "postgresql://app:x@db/shop")
    login.take({"user": "owner", "password": "y", "variable": "SHOP_URL"})
    import os

    assert os.environ["SHOP_URL"] == "postgresql://owner:y@db/shop"
