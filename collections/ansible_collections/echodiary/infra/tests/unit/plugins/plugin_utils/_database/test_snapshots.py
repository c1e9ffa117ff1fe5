# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import snapshots

SHOP: snapshots.Names = {"component": "shop", "environment": "production", "prefix": "shop-production-", "keep": 2}
NOW = "2026-11-30T12:00:00Z"


def snapshot(name: str, day: int, **tags: str) -> Any:
    found = [{"key": key, "value": value} for key, value in tags.items()]
    return {
        "db_snapshot_identifier": name,
        "snapshot_create_time": f"2026-11-{day:02}T09:00:00+00:00",
        "status": "available",
        "db_snapshot_arn": f"arn:{name}",
        "tag_list": found,
    }


def ours(name: str, day: int, component: str = "shop", environment: str = "production") -> Any:
    return snapshot(name, day, MadeBy=snapshots.MADE_BY, Component=component, Environment=environment)


@pytest.mark.parametrize(
    ("component", "environment", "prefix"),
    [("echodiary", "local", "echodiary-local-"), ("my_shop", "production", "my-shop-production-"), ("shop", "", "shop-")],
)
def test_what_a_snapshot_is_called(component: str, environment: str, prefix: str) -> None:
    assert snapshots.prefix(component, environment) == prefix


def test_only_a_component_s_own_go_and_never_the_one_just_made() -> None:
    """On one instance, which several share: another's, another environment's, and one that somebody made by hand stay."""
    found = [
        ours("shop-production-b1", 1),
        ours("shop-production-b3", 3),
        ours("cart-production-b1", 1, component="cart"),
        ours("shop-production-eu-b1", 1, environment="production-eu"),
        snapshot("shop-production-by-hand", 1),
        ours("shop-production-b2", 2),
    ]
    taken = snapshots.taken(found, SHOP, "b3", NOW)
    assert (taken["removed"], taken["location"], taken["status"]) == (["shop-production-b1"], "arn:shop-production-b3", "available")
    assert (taken["time"], taken["timestamp"]) == ("2026-11-03T09:00:00+00:00", 1793696400)
    assert snapshots.taken(found, {**SHOP, "keep": 1}, "b1", NOW)["removed"] == ["shop-production-b3", "shop-production-b2"]
    assert snapshots.taken(found, {**SHOP, "keep": 0}, "b3", NOW)["removed"] == []


def test_one_of_a_version_before_is_told_by_its_name() -> None:
    old = [snapshot(f"{name}-production-b0", 1, MadeBy=snapshots.MADE_BY, Environment="production") for name in ("shop", "cart")]
    assert [one["db_snapshot_identifier"] for one in snapshots.own(old, SHOP)] == ["shop-production-b0"]


def test_one_that_is_not_there_yet() -> None:
    taken = snapshots.taken([], SHOP, "b1", NOW)
    assert (taken["status"], taken["timestamp"], taken["time"], taken["removed"]) == ("absent", 0, "", [])
    assert taken["monthly"] == "monthly-2026-11", "what a preview says"


def test_its_tags_are_what_it_is_told_by() -> None:
    tags = snapshots.tags(SHOP, "b1", "shop:1", "0004")
    assert snapshots.own([snapshot("any-name", 1, **tags)], SHOP) != []
    assert snapshots.own([snapshot("any-name", 1, **tags)], {**SHOP, "component": "cart"}) == []


def month(name: str, **more: Any) -> Any:
    """A copy that is kept, made long ago or just now: only what it is called says of when it is."""
    tags = {"MadeBy": snapshots.MADE_BY, "Component": "shop", "Environment": "production", "Backup": f"monthly-{name}"}
    return {**snapshot(f"shop-production-monthly-{name}", 2, **tags), **more}


def test_the_first_of_a_month_is_copied_once() -> None:
    first = [ours("shop-production-b1", 1)]
    assert snapshots.taken(first, SHOP, "b1", NOW)["monthly"] == "monthly-2026-11"
    assert snapshots.taken([*first, month("2026-10")], SHOP, "b1", NOW)["monthly"] == "monthly-2026-11"
    assert snapshots.taken([*first, month("2026-11")], SHOP, "b1", NOW)["monthly"] == ""
    others = snapshot("shop-production-monthly-2026-11", 1)
    assert snapshots.taken([*first, others], SHOP, "b1", NOW)["monthly"] == "monthly-2026-11", "of somebody else it is none"
    assert snapshots.taken(first, SHOP, "b1", "2026-12-01T00:00:00Z")["monthly"] == "", "the month is over"
    assert snapshots.taken([month("2026-11")], SHOP, "monthly-2026-11", NOW)["monthly"] == "", "a copy is not copied"


def test_copies_of_months_are_no_part_of_what_is_kept_by_number() -> None:
    found = [*(ours(f"shop-production-b{day}", day) for day in (3, 4, 5)), *(month(f"2026-{one:02}") for one in range(1, 12))]
    assert snapshots.taken(found, SHOP, "b5", NOW)["removed"] == ["shop-production-b3"]


@pytest.mark.parametrize("keep", [0, 2])
def test_copies_of_months_go_after_a_year_and_nobody_else_s_do(keep: int) -> None:
    found = [month("2025-10"), month("2025-11"), month("2024-12"), snapshot("shop-production-monthly-2020-01", 1)]
    found += [{**month("2020-02"), "tag_list": [{"key": "MadeBy", "value": "echodiary.infra"}, {"key": "Component", "value": "cart"}]}]
    gone = snapshots.taken(found, {**SHOP, "keep": keep}, "b1", NOW)["removed"]
    assert sorted(gone) == ["shop-production-monthly-2024-12", "shop-production-monthly-2025-10"]


def test_a_copy_that_failed_goes_and_is_made_by_the_next() -> None:
    taken = snapshots.taken([ours("shop-production-b1", 1), month("2026-11", status="failed")], SHOP, "b1", NOW)
    assert (taken["removed"], taken["monthly"]) == (["shop-production-monthly-2026-11"], "")
