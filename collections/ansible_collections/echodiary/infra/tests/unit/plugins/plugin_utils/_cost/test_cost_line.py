# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Resource, Stays
from ansible_collections.echodiary.infra.plugins.plugin_utils._cost import cost_line

SNAPSHOT, KEY, FREE = Resource("snapshot", "last"), Resource("key", "k"), Resource("identity_provider", "github")
KEPT = {SNAPSHOT: Stays("of today", "database backup", 20), KEY: Stays("in use", "key", 1), FREE: Stays("the account's")}


def test_what_is_kept_is_told_with_what_it_costs() -> None:
    # 20 * 0.095
    assert cost_line.of_kept("ap-northeast-2", KEPT) == {SNAPSHOT: "1.90 USD a month", KEY: "no price"}


def test_where_nobody_knows_prices_that_is_said() -> None:
    found = cost_line.of_kept("eu-north-1", KEPT)
    assert found[SNAPSHOT].startswith("cost unknown") and FREE not in found
