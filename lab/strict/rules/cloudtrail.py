# SPDX-License-Identifier: GPL-3.0-or-later
"""``LookupEvents``, answered from the call log: what was written, by whom, when."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..calls import PREFIXES, Call
from ..errors import RefusedError
from . import Asked, instead

KEPT = timedelta(days=90)
PAGE = 50
ATTRIBUTES = ("ResourceName", "EventName", "Username", "EventSource", "ReadOnly", "EventId", "ResourceType", "AccessKeyId")
NAMES = ("Name", "Id", "Ids", "Identifier", "Arn", "ARN", "Bucket", "Resources", "Resource", "GroupName")


@instead("cloudtrail:LookupEvents")
def lookup(asked: Asked) -> dict[str, Any]:
    attributes = asked.get("LookupAttributes", [])
    if len(attributes) > 1 or any(one.get("AttributeKey") not in ATTRIBUTES for one in attributes):
        raise RefusedError("InvalidLookupAttributesException", "Occurs when a lookup attribute is specified that is not valid.")
    begin, end = _time(asked.get("StartTime")), _time(asked.get("EndTime"))
    if begin and end and begin > end:
        raise RefusedError("InvalidTimeRangeException", "The start time is after the end time.")
    shown = [event for event in map(_event, reversed(asked.log)) if _within(event, begin, end) and _meant(event, attributes)]
    return _page(shown, asked)


def _page(events: list[dict[str, Any]], asked: Asked) -> dict[str, Any]:
    size = min(int(asked.get("MaxResults", PAGE)), PAGE)
    try:
        first = int(asked.get("NextToken", 0))
    except ValueError:
        raise RefusedError("InvalidNextTokenException", "A token that is not valid was specified.") from None
    more = {"NextToken": str(first + size)} if first + size < len(events) else {}
    return {"Events": [{key: value for key, value in one.items() if key != "_names"} for one in events[first : first + size]], **more}


def _time(given: Any) -> datetime | None:
    """What moto's parser made of it: an aware or a naive time of UTC, or seconds."""
    if given is None:
        return None
    if isinstance(given, (int, float)):
        return datetime.fromtimestamp(given, UTC)
    aware: datetime = given if given.tzinfo else given.replace(tzinfo=UTC)
    return aware


def _within(event: dict[str, Any], begin: datetime | None, end: datetime | None) -> bool:
    now = datetime.now(UTC)
    return bool((begin or now - KEPT) <= event["EventTime"] <= (end or now))


def _meant(event: dict[str, Any], attributes: list[dict[str, str]]) -> bool:
    for one in attributes:
        key, value = one["AttributeKey"], one.get("AttributeValue")
        found = event["_names"] if key == "ResourceName" else {event.get(key)}
        if value not in found:
            return False
    return True


def _event(call: Call) -> dict[str, Any]:
    when = datetime.fromtimestamp(call.time, UTC)
    names = sorted({*_named(call.asked), *call.made})
    told = {
        "eventTime": when.isoformat(), "eventSource": _source(call), "eventName": call.name, "awsRegion": call.region,
        "userIdentity": {"arn": call.principal}, "requestParameters": _spelled(call.parameters), "readOnly": not call.write,
        **({"errorCode": call.error} if call.error else {}),
    }  # fmt: skip
    return {
        "EventId": f"00000000-0000-4000-8000-{call.number:012d}", "EventName": call.name, "ReadOnly": str(not call.write).lower(),
        "EventTime": when, "EventSource": _source(call), "Username": call.principal.rsplit("/", 1)[-1].rsplit(":", 1)[-1],
        "Resources": [{"ResourceName": name} for name in names], "CloudTrailEvent": json.dumps(told, default=str), "_names": set(names),
    }  # fmt: skip


def _spelled(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """As CloudTrail writes them."""
    return {name[:1].lower() + name[1:]: given for name, given in parameters.items()}


def _source(call: Call) -> str:
    """By the name under which requests are signed, where IAM has another."""
    names = {theirs: signed for signed, theirs in PREFIXES.items()}
    return f"{names.get(call.service, call.service)}.amazonaws.com"


def _named(value: Any, key: str = "") -> Iterator[str]:
    """What a call's parameters name: identifiers, names, ARNs."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _named(one, str(name))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _named(one, key)
    elif isinstance(value, str) and (key.endswith(NAMES) or (key[:1].islower() and key.endswith(("Name", "Id", "Arn")))):
        yield value
