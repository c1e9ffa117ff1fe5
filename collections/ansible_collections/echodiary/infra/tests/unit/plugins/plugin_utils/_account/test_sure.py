# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer that was lost is looked for in the account, and nothing is asked for twice."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model, sure
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.aws import UnsureError
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import gateway
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Call, Goal, Kind, Resource, Seen
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.run import Run
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

RESOURCE = Resource("gateway", "g")
LOST = "Connection was closed before we received a valid response"
KIND = cast("Kind", gateway)


class Account:
    """``lost``: operation -> the errors of its first calls, which AWS did all the same. Shown: what was made, ``late`` looks later."""

    def __init__(self, late: int = 0, **lost: list[SpecError]) -> None:
        self._late, self._lost = late, lost
        self.asked: list[str] = []
        self.there: list[dict[str, Any]] = []

    @property
    def run(self) -> Run:
        hands = SimpleNamespace(do=self.do)
        return cast("Run", SimpleNamespace(seen=self.seen, hands=hands, tell=lambda _: None, holds=lambda: None))

    def do(self, call: Call) -> dict[str, Any]:
        assert isinstance(call, model.Api)
        self.asked.append(call.operation)
        self._does(call.operation)
        if self._lost.get(call.operation):
            raise self._lost[call.operation].pop(0)
        return {"InternetGateway": {"InternetGatewayId": "igw"}}

    def _does(self, operation: str) -> None:
        if operation.startswith("create"):
            self.there.append({"vpc": None, "tags": {}})
        elif operation.startswith("delete"):
            self.there.clear()
        else:
            self.there[-1]["vpc"] = "vpc" if operation.startswith("attach") else None

    def seen(self, _: Kind) -> list[Seen]:
        self._late -= 1
        return [] if self._late >= 0 else [Seen(RESOURCE, "igw", dict(one)) for one in self.there]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that were slept."""
    slept: list[float] = []
    monkeypatch.setattr(sure.time, "sleep", slept.append)
    monkeypatch.setattr(sure.time, "monotonic", lambda: sum(slept))
    return slept


def made(account: Account) -> None:
    def calls(seen: Seen | None) -> model.Calls:
        return gateway.hands(Goal("g", seen.id if seen else "", {"vpc": "vpc", "tags": {}}, {}, seen.fields if seen else {}))

    sure.done(account.run, KIND, RESOURCE, None, calls)


def test_what_was_made_unheard_is_not_made_again() -> None:
    account = Account(late=5, create_internet_gateway=[UnsureError(LOST)])
    made(account)
    assert account.asked == ["create_internet_gateway", "attach_internet_gateway"]
    assert account.there == [{"vpc": "vpc", "tags": {}}]


def test_a_later_step_that_went_unheard_is_not_done_again() -> None:
    account = Account(attach_internet_gateway=[UnsureError(LOST)])
    made(account)
    assert account.asked == ["create_internet_gateway", "attach_internet_gateway"]


def test_what_does_not_come_is_asked_for_again(hurried: list[float]) -> None:
    account = Account(late=61, create_internet_gateway=[UnsureError(LOST)])
    made(account)
    assert account.asked[:2] == ["create_internet_gateway"] * 2 and sum(hurried) >= sure.ARRIVES


def test_what_something_new_stands_on_is_not_waited_for_as_if_it_were_itself(hurried: list[float]) -> None:
    account = Account(late=100, create_internet_gateway=[UnsureError("InvalidVpcID.NotFound", gone=True)])
    made(account)
    assert sum(hurried) == 1.0


def test_what_is_somebody_elses_is_not_asked_for_again(hurried: list[float]) -> None:
    account = Account(late=1000, create_internet_gateway=[UnsureError("BucketAlreadyExists", there=True)])
    with pytest.raises(UnsureError, match="BucketAlreadyExists"):
        made(account)
    assert account.asked == ["create_internet_gateway"] and sum(hurried) == sure.ARRIVES


def removed(account: Account) -> None:
    account.there = [{"vpc": "vpc", "tags": {}}]
    (seen,) = account.seen(KIND)
    nothing: Callable[[], model.Calls] = lambda: (call for call in ())  # type: ignore[assignment, return-value]  # noqa: E731
    sure.done(account.run, KIND, RESOURCE, seen, lambda now: gateway.remove(now) if now else nothing())


def test_what_is_gone_is_not_removed_again() -> None:
    for operation in ("detach_internet_gateway", "delete_internet_gateway"):
        account = Account(**{operation: [UnsureError(LOST)]})
        removed(account)
        assert account.asked == ["detach_internet_gateway", "delete_internet_gateway"] and account.there == []


def test_it_ends_where_nothing_helps() -> None:
    account = Account(attach_internet_gateway=[UnsureError("Resource.AlreadyAssociated", there=True)] * 9)
    account._does = lambda operation: account.there.append({"vpc": None, "tags": {}}) if "create" in operation else None  # type: ignore[method-assign]
    with pytest.raises(UnsureError, match="AlreadyAssociated"):
        made(account)
    assert account.asked == ["create_internet_gateway", *["attach_internet_gateway"] * sure.TRIES]


def test_a_refusal_is_one() -> None:
    account = Account(attach_internet_gateway=[SpecError("Nope")])
    with pytest.raises(SpecError, match="Nope"):
        made(account)
    assert account.asked == ["create_internet_gateway", "attach_internet_gateway"]
