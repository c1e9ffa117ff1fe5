# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
import json
from typing import Any, cast

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import authors, model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.aws import Aws
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Change, Resource, Seen
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from .answers import account

GROUP = Resource("packets", "app")
SEEN = Seen(GROUP, "sg-1", {})
CHANGE = Change(GROUP, model.UPDATE, {"in": ([], [])}, seen=SEEN)


def event(name: str, who: str, minute: int, read: bool = False, **told: Any) -> dict[str, Any]:
    when = datetime.datetime(2026, 11, 30, 22, minute, tzinfo=datetime.UTC)
    about = {"EventName": name, "EventSource": "ec2.amazonaws.com", "Username": who, "EventTime": when}
    return {**about, "ReadOnly": str(read).lower(), "CloudTrailEvent": json.dumps(told)}


def asked(*events: dict[str, Any], of: str = "sg-1", resource: Resource = GROUP) -> str:
    seen = Seen(resource, "sg-1", {})

    def answer(**given: Any) -> dict[str, Any]:
        return {"Events": list(events) if given["LookupAttributes"][0]["AttributeValue"] == of else []}

    found = authors.of(account(lookup_events=answer), [Change(resource, model.UPDATE, {"in": ([], [])}, seen=seen)], [seen])
    return str(found.authors.get(resource, ""))


def test_the_last_who_changed_it_is_named_with_when_and_by_what() -> None:
    events = (event("RevokeSecurityGroupIngress", "bob", 1), event("AuthorizeSecurityGroupIngress", "ann", 5))
    assert asked(*events) == "ann, 2026-11-30 22:05 (AuthorizeSecurityGroupIngress)"


def test_who_only_looked_or_was_refused_has_changed_nothing() -> None:
    looked = event("DescribeSecurityGroups", "eve", 9, read=True)
    refused = event("RevokeSecurityGroupIngress", "eve", 8, errorCode="AccessDenied")
    assert asked(looked, refused, event("RevokeSecurityGroupIngress", "bob", 1)).startswith("bob,")
    assert asked(looked, refused) == ""


def test_whoever_changed_another_group_that_names_this_one_has_not_changed_this_one() -> None:
    other = event("RevokeSecurityGroupIngress", "eve", 9, requestParameters={"groupId": "sg-2"})
    own = event("AuthorizeSecurityGroupIngress", "ann", 5, requestParameters={"groupId": "sg-1"})
    assert asked(other, own) == "ann, 2026-11-30 22:05 (AuthorizeSecurityGroupIngress)"


def test_a_session_is_named_with_its_role() -> None:
    identity = {"userIdentity": {"sessionContext": {"sessionIssuer": {"userName": "github-deploy"}}}}
    assert asked(event("A", "run-17", 1, **identity)).startswith("run-17 as github-deploy,")


def test_what_aws_knows_by_its_name_is_looked_for_by_it() -> None:
    table = {**event("UpdateTable", "ann", 1), "EventSource": "dynamodb.amazonaws.com"}
    assert asked(table, of="lease", resource=Resource("lease_table", "lease")).startswith("ann,")


def test_a_name_that_things_of_another_service_have_too_tells_nothing() -> None:
    assert asked({**event("PutKeyPolicy", "ann", 1), "EventSource": "kms.amazonaws.com"}) == ""
    assert asked(event("PutRolePolicy", "ann", 1), of="app") == ""


def test_an_empty_account_is_asked_nothing() -> None:
    def nobody(**_: Any) -> Any:
        raise AssertionError("CloudTrail was asked")

    assert authors.of(account(lookup_events=nobody), [CHANGE], []) == ({}, [])
    assert authors.of(account(lookup_events=nobody), [], [SEEN]) == ({}, [])


def test_that_it_cannot_be_asked_is_said_and_ends_nothing() -> None:
    class Refuses:
        def find(self, *_: Any, **__: Any) -> Any:
            raise SpecError("cloudtrail:LookupEvents is refused")

    found = authors.of(cast("Aws", Refuses()), [CHANGE], [SEEN])
    assert not found.authors and "cloudtrail:LookupEvents" in found.notes[0]


def test_no_more_are_asked_than_aws_answers_in_a_while() -> None:
    many = [Change(Resource("packets", str(number)), model.UPDATE, {}) for number in range(authors.MOST + 3)]
    found = authors.of(account(), many, [SEEN])
    assert "other 3" in found.notes[0]
