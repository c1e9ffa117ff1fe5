# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may roll a release beside a lease or a freeze, and where that is asked."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import roll_permission as permission

LEASE, FREEZE = {"token": 7}, {"active": True}


def answer(**said: Any) -> dict[str, Any]:
    return {"held": False, "lease": None, "freeze": None, "msg": "lock deploy: said", **said}


@pytest.mark.parametrize(
    ("said", "token", "may"),
    [
        (answer(), None, True),
        (answer(lease=LEASE, held=False), None, True),  # expired
        (answer(lease=LEASE, held=True), None, False),
        (answer(lease=LEASE, held=True), 6, False),
        (answer(lease=LEASE, held=True), 7, True),
        (answer(freeze={"active": False}), None, True),
        (answer(freeze=FREEZE), None, False),
        # the lease was taken in spite of the freeze
        (answer(freeze=FREEZE, lease=LEASE, held=True), 7, True),
        (answer(freeze=FREEZE), 7, False),
        ({"failed": True, "msg": "said: no route"}, 7, False),
    ],
)
def test_who_may(said: dict[str, Any], token: int | None, may: bool) -> None:
    why = permission.refusal("app1", said, token)
    assert (why == "") is may
    assert may or "said" in why


@pytest.mark.parametrize(
    ("given", "variables", "host"),
    [
        ("x", {"deploy_lease_host": "y"}, "x"),
        (None, {"deploy_lease_host": "y", "groups": {"app": ["a"]}}, "y"),
        (None, {"groups": {"all": ["a"], "app": ["c", "b"]}}, "b"),
        (None, {"groups": {"all": ["d", "c"], "app": []}}, "c"),
        (None, {"groups": {}}, "me"),
    ],
)
def test_where(given: str | None, variables: dict[str, Any], host: str) -> None:
    assert permission.lease_host(given, {"groups": {}, "inventory_hostname": "me", **variables}) == host
