# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import role

from .asked import goal, named, through

FIELDS: dict[str, Any] = {"trust": {"Version": "1"}, "managed": [], "inline": {"own": {"Statement": [1]}}, "session": 3600, "tags": {}}
FIELDS |= {"boundary": None}


def changed(**before: Any) -> list[model.Call]:
    return through(role.hands(goal(FIELDS, {**FIELDS, **before}, "arn")))


def test_a_new_role_gets_its_policies_after_it_is_there() -> None:
    assert named(through(role.hands(goal(FIELDS)))) == ["amazon.aws.iam_role", "amazon.aws.iam_policy"]


def test_a_policy_that_somebody_added_goes_and_the_role_is_left_alone() -> None:
    (call,) = changed(inline={**FIELDS["inline"], "more": {"Statement": [2]}})
    assert call.args["policy_name"] == "more" and call.args["state"] == "absent"


def test_a_policy_that_somebody_rewrote_is_written_again() -> None:
    (call,) = changed(inline={"own": {"Statement": [2]}})
    assert call.args["policy_name"] == "own" and call.args["policy_json"] == '{"Statement": [1]}'


def test_what_was_attached_is_detached() -> None:
    (call,) = changed(managed=["arn:aws:iam::aws:policy/AdministratorAccess"])
    assert call.args["managed_policies"] == []


def test_a_boundary_that_somebody_drew_goes_and_a_new_role_is_asked_for_none() -> None:
    (call,) = changed(boundary="arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert call.args["boundary"] == ""
    assert "boundary" not in through(role.hands(goal(FIELDS)))[0].args
