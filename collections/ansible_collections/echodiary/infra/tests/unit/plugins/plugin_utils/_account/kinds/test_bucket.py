# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import bucket

from ..example import EVERYTHING, environment
from .asked import goal, through

WANTED = next(bucket.declared(environment(**EVERYTHING)))
FIELDS: dict[str, Any] = dict(WANTED.fields)


def changed(**before: Any) -> list[model.Call]:
    return through(bucket.hands(goal(FIELDS, {**FIELDS, **before}, "b")))


def test_there_is_one_of_its_name_in_the_world() -> None:
    assert WANTED.resource.name == "echodiary-production-backups-123456789012"


def test_it_is_closed_from_the_beginning() -> None:
    made = through(bucket.hands(goal(FIELDS)))[0].args
    assert set(made["public_access"].values()) == {True} and made["encryption"] == "AES256" and made["versioning"]


def test_a_rule_of_somebody_goes_and_the_bucket_is_left_alone() -> None:
    (call,) = changed(lifecycle={**FIELDS["lifecycle"], "mine": {"prefix": "", "days": 1}})
    assert (call.args["rule_id"], call.args["state"]) == ("mine", "absent")


def test_a_rule_that_was_switched_off_is_on_again() -> None:
    (call,) = changed(lifecycle={**FIELDS["lifecycle"], "daily": {**FIELDS["lifecycle"]["daily"], "off": True}})
    assert (call.args["rule_id"], call.args["status"], call.args["expiration_days"]) == ("daily", "enabled", 7)
