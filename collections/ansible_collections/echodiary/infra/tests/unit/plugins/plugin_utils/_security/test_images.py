# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._security import images

NOW = "2026-12-01T00:00:00Z"


def found(created: str) -> list[str]:
    return [one["text"] for one in images.findings([{"container": "api", "reference": "shop:1", "created": created}], NOW, 90, "app1")]


def test_one_of_ninety_days_may_run_and_an_older_one_is_found() -> None:
    assert found("2026-09-02T00:00:00.123456789Z") == []
    assert found("2025-10-27T00:00:00.123456789Z") == ["the image of api is 400 days old, more than 90 (shop:1)"]


@pytest.mark.parametrize("created", ["", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_one_without_a_date_is_not_taken_for_a_young_one(created: str) -> None:
    assert found(created) == ["the image of api does not say when it was made (shop:1)"]
