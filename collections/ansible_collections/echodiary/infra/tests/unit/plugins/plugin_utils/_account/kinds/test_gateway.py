# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import gateway

ANSWER = {"InternetGateway": {"InternetGatewayId": "igw-new"}}


def operations(identity: str, before: dict[str, Any], **fields: Any) -> list[str]:
    goal = model.Goal("g", identity, {"vpc": "vpc-1", "tags": {"Name": "g"}, **fields}, {}, before)
    calls, asked, answer = gateway.hands(goal), [], None
    while True:
        try:
            call = calls.send(answer)  # type: ignore[arg-type]
        except StopIteration:
            return asked
        asked.append(call.operation if isinstance(call, model.Api) else call.name)
        answer = ANSWER


def test_a_new_one_has_its_name_from_the_beginning() -> None:
    first = next(gateway.hands(model.Goal("g", "", {"vpc": "vpc-1", "tags": {"Name": "g"}}, {}, {})))
    assert first.args["TagSpecifications"][0]["Tags"] == [{"Key": "Name", "Value": "g"}]
    assert operations("", {}) == ["create_internet_gateway", "attach_internet_gateway"]


def test_one_that_was_detached_is_attached_again() -> None:
    assert operations("igw-1", {"vpc": None, "tags": {"Name": "g"}}) == ["attach_internet_gateway"]


def test_one_that_moved_comes_back() -> None:
    assert operations("igw-1", {"vpc": "vpc-2", "tags": {"Name": "g"}}) == ["detach_internet_gateway", "attach_internet_gateway"]


def test_one_that_lost_its_tags_keeps_its_place() -> None:
    assert operations("igw-1", {"vpc": "vpc-1", "tags": {}}) == ["amazon.aws.ec2_tag"]


def test_as_it_was_may_be_nowhere() -> None:
    assert operations("igw-1", {"vpc": "vpc-1", "tags": {"Name": "g"}}, vpc=None) == ["detach_internet_gateway"]
