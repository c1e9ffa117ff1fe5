# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._balancer.chosen import target_group

BALANCED = {"balancer": {"domain": "diary.example.com", "zone_id": "Z1"}}


@pytest.mark.parametrize(
    ("given", "declared", "name"),
    [
        (None, None, ""),
        (None, {}, ""),
        (None, {"balancer": False}, ""),
        (None, BALANCED, "echodiary-production-app"),
        (None, {**BALANCED, "project": "shop"}, "shop-production-app"),
        ("by-hand", None, "by-hand"),
        ("by-hand", BALANCED, "by-hand"),
        (False, BALANCED, ""),
        ("False", BALANCED, ""),
        ("", BALANCED, ""),
    ],
)
def test_it_is_what_is_named_or_else_what_provisioning_makes(given: Any, declared: Any, name: str) -> None:
    assert target_group(given, declared, "production").name == name


def test_its_hosts_are_of_one_role() -> None:
    declared = {"balancer": {"domain": "diary.example.com", "role": "web"}}
    assert target_group(None, declared, "production") == ("echodiary-production-web", "web")
    assert target_group("by-hand", None, "production") == ("by-hand", "app")
