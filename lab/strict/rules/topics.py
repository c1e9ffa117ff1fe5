# SPDX-License-Identifier: GPL-3.0-or-later
"""SNS: whoever is to be told by mail or HTTPS says yes first. Until then a subscription has no ARN, and cannot be taken back."""

from __future__ import annotations

import json
import re
from typing import Any

from ..errors import RefusedError
from . import Asked, after, before

PENDING = "PendingConfirmation"
_ASKED_FIRST = ("email", "email-json", "http", "https")
_FORMS = {"email": r"[^@\s]+@[^@\s]+", "email-json": r"[^@\s]+@[^@\s]+", "http": r"http://\S+", "https": r"https://\S+"}


@before("sns:Subscribe")
def the_address_fits_the_protocol(asked: Asked) -> None:
    protocol, endpoint = str(asked.get("Protocol")), str(asked.get("Endpoint"))
    if not re.fullmatch(_FORMS.get(protocol, ".*"), endpoint):
        reason = "Email address" if protocol.startswith("email") else "Endpoint must match the specified protocol"
        raise RefusedError("InvalidParameter", f"Invalid parameter: {reason}")


@after("sns:Subscribe")
def it_waits_for_a_yes(asked: Asked, answer: dict[str, Any]) -> dict[str, Any] | None:
    if asked.get("Protocol") not in _ASKED_FIRST:
        return None
    attributes = asked.backend("sns").subscriptions[answer["SubscriptionArn"]].attributes
    # one that was there keeps what it is
    if not attributes.get("asked"):
        attributes.update({"asked": True, "PendingConfirmation": True})
    told = str(asked.get("ReturnSubscriptionArn")).lower() == "true" or not attributes["PendingConfirmation"]
    return answer if told else {**answer, "SubscriptionArn": "pending confirmation"}


@after("sns:ListSubscriptionsByTopic", "sns:ListSubscriptions")
def it_has_no_name_yet(asked: Asked, answer: dict[str, Any]) -> dict[str, Any] | None:
    known = asked.backend("sns").subscriptions

    def shown(one: dict[str, Any]) -> dict[str, Any]:
        waits = known[one["SubscriptionArn"]].attributes.get("PendingConfirmation")
        return {**one, "SubscriptionArn": PENDING} if waits else one

    return {**answer, "Subscriptions": [shown(one) for one in answer.get("Subscriptions") or []]}


@before("sns:Unsubscribe")
def what_waits_cannot_be_taken_back(asked: Asked) -> None:
    name = str(asked.get("SubscriptionArn"))
    known = asked.backend("sns").subscriptions.get(name)
    if not name.startswith("arn:") or (known and known.attributes.get("PendingConfirmation")):
        raise RefusedError("InvalidParameter", "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements")


@before("sns:CreateTopic", "sns:SetTopicAttributes")
def its_policy_is_one(asked: Asked) -> None:
    given = dict(asked.get("Attributes") or {})
    if asked.get("AttributeName"):
        given[asked.get("AttributeName")] = asked.get("AttributeValue", "")
    if "Policy" in given:
        try:
            json.loads(given["Policy"])["Statement"]
        except (ValueError, KeyError, TypeError):
            raise RefusedError("InvalidParameter", "Invalid parameter: Policy Error: null") from None
