# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose was the last change that names what differs now, as CloudTrail tells it: 90 days back, and some minutes late.

It is told beside the plan, and decides nothing: that it cannot be asked ends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from .._common.errors import SpecError
from . import model
from .aws import Aws
from .kinds import catalog

if TYPE_CHECKING:
    from .model import Change, Resource, Seen

READS: model.Rights = ("cloudtrail:LookupEvents",)
#: AWS answers two questions a second
MOST = 20
_AT_ONCE = 4
#: events of one resource that are looked at: most are of reads
_LOOKED_AT = 200
#: they have no regions, and their events are kept in one
_GLOBAL, _WHERE = ("iam", "route53", "budgets"), "us-east-1"
#: events of a zone name it, and are about any of its records
_ZONES = "route53"
#: whose names are those of tags: CloudTrail knows its ids alone
_NAMELESS = "ec2"


class Author(NamedTuple):
    """``when``: UTC, to the minute; ``what``: as AWS calls the operation."""

    who: str
    when: str
    what: str

    def __str__(self) -> str:
        return f"{self.who}, {self.when} ({self.what})"


class Found(NamedTuple):
    """``notes``: what could not be found out, and why."""

    authors: Mapping[Resource, Author]
    notes: list[str]


def of(aws: Aws, changes: Iterable[Change], seen: Iterable[Seen]) -> Found:
    """Changes nothing. What is there differs from what is declared, or what belonged to it is gone: an empty account has no history."""
    asked = list(dict.fromkeys(change.resource for change in changes)) if any(one.ours for one in seen) else []
    ids = {one.resource: one.id for one in seen}
    elsewhere = Aws(aws.login._replace(region=_WHERE)) if any(_service(one) in _GLOBAL for one in asked) else aws
    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = pool.map(lambda one: _last(elsewhere if _service(one) in _GLOBAL else aws, one, ids.get(one, "")), asked[:MOST])
            authors = {one: author for one, author in zip(asked, found, strict=False) if author}
    except SpecError as error:
        return Found({}, [f"who changed it is not known: {error}"])
    rest = len(asked) - MOST
    return Found(authors, [f"who changed the other {rest} was not asked: CloudTrail answers slowly"] if rest > 0 else [])


def _service(resource: Resource) -> str:
    return catalog.named(resource.kind).EVENTS


def _names(resource: Resource, identity: str) -> list[str]:
    """By which CloudTrail may know it."""
    tail = identity.rpartition(":")[2].rpartition("/")[2]
    names = [identity] if _service(resource) == _NAMELESS else [identity, resource.name, tail]
    return list(dict.fromkeys(filter(None, names)))


def _last(aws: Aws, resource: Resource, identity: str) -> Author | None:
    """Things of several services may have one name."""
    source = f"{_service(resource)}.amazonaws.com"
    every = [event for name in _names(resource, identity) for event in _writes(aws, name) if event["EventSource"] == source]
    events = [event for event in every if _is_about(event, identity) and (_service(resource) != _ZONES or _says(event, resource.name))]
    if not events:
        return None
    event = max(events, key=lambda one: one["EventTime"])
    return Author(_who(event), f"{event['EventTime']:%Y-%m-%d %H:%M}", event["EventName"])


def _is_about(event: Mapping[str, Any], identity: str) -> bool:
    """A change of another group, whose rules name this one, is none of this one."""
    changed = (_told(event).get("requestParameters") or {}).get("groupId")
    return not (changed and identity.startswith("sg-")) or changed == identity


def _says(event: Mapping[str, Any], name: str) -> bool:
    """Whether a record of this name was changed."""
    text = event.get("CloudTrailEvent") or ""
    return f'"{name}"' in text or f'"{name}."' in text


def _writes(aws: Aws, name: str) -> Iterator[Mapping[str, Any]]:
    """Those that AWS did."""
    attributes = [{"AttributeKey": "ResourceName", "AttributeValue": name}]
    limit = {"MaxItems": _LOOKED_AT}
    for event in aws.find("cloudtrail", "lookup_events", "Events[]", LookupAttributes=attributes, PaginationConfig=limit):
        if event.get("ReadOnly") != "true" and not _told(event).get("errorCode"):
            yield event


def _told(event: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(event.get("CloudTrailEvent") or "{}")
    return found


def _who(event: Mapping[str, Any]) -> str:
    """A session is named with its role: alone its name says little."""
    issuer = (((_told(event).get("userIdentity") or {}).get("sessionContext") or {}).get("sessionIssuer") or {}).get("userName")
    name = event.get("Username") or "somebody"
    return f"{name} as {issuer}" if issuer and issuer != name else str(name)
