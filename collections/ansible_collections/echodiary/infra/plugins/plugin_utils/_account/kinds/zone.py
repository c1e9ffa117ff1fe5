# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of the owner's hosted zone: no kind of its own, since nothing here makes or removes a zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .. import model

if TYPE_CHECKING:
    from ..aws import Aws

READS: model.Rights = ("route53:GetHostedZone", "route53:ListResourceRecordSets")
WRITES: model.Rights = ("route53:ChangeResourceRecordSets",)
_ABSENT = ("NoSuchHostedZone",)
#: of one name: AWS sorts by name, and those of one are few
_MOST = 20
#: AWS tells so many records at once
_AT_ONCE = 300


def records(aws: Aws, zone: str, name: str) -> list[Any]:
    """All of one name, as AWS tells them; none where there is no such zone. A small one is read once for all its names."""
    asked = {"StartRecordName": name, "PaginationConfig": {"MaxItems": _MOST}}
    found = every(aws, zone) if _is_small(aws, zone) else _asked(aws, zone, asked)
    return [one for one in found if same(one["Name"], name)]


def every(aws: Aws, zone: str) -> list[Any]:
    return _asked(aws, zone, {})


def told(aws: Aws, zone: str) -> Any:
    """Of the zone itself; None where there is none."""
    return aws.one("route53", "get_hosted_zone", "HostedZone", _ABSENT, Id=zone)


def _is_small(aws: Aws, zone: str) -> bool:
    return bool(0 < ((told(aws, zone) or {}).get("ResourceRecordSetCount") or 0) <= _AT_ONCE)


def _asked(aws: Aws, zone: str, asked: Mapping[str, Any]) -> list[Any]:
    return aws.find("route53", "list_resource_record_sets", "ResourceRecordSets[]", _ABSENT, HostedZoneId=zone, **asked)


def same(one: str, other: str) -> bool:
    return one.rstrip(".").lower() == other.rstrip(".").lower()


def changes(zone: str, gone: Iterable[Mapping[str, Any]], wanted: Iterable[Mapping[str, Any]]) -> model.Api:
    """All at once, or none: in between nobody asks for a name that is not there."""
    batch = [{"Action": action, "ResourceRecordSet": one} for action, some in (("DELETE", gone), ("UPSERT", wanted)) for one in some]
    return model.Api("route53", "change_resource_record_sets", {"HostedZoneId": zone, "ChangeBatch": {"Changes": batch}})
