# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of the owner's hosted zone: no kind of its own, since nothing here makes or removes a zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .. import model

if TYPE_CHECKING:
    from ..aws import Aws

READS: model.Rights = ("route53:ListResourceRecordSets",)
WRITES: model.Rights = ("route53:ChangeResourceRecordSets",)
_ABSENT = ("NoSuchHostedZone",)
#: of one name: AWS sorts by name, and those of one are few
_MOST = 20


def records(aws: Aws, zone: str, name: str) -> list[Any]:
    """All of one name, as AWS tells them; none where there is no such zone."""
    asked = {"HostedZoneId": zone, "StartRecordName": name, "PaginationConfig": {"MaxItems": _MOST}}
    found = aws.find("route53", "list_resource_record_sets", "ResourceRecordSets[]", _ABSENT, **asked)
    return [one for one in found if same(one["Name"], name)]


def same(one: str, other: str) -> bool:
    return one.rstrip(".").lower() == other.rstrip(".").lower()


def changes(zone: str, gone: Iterable[Mapping[str, Any]], wanted: Iterable[Mapping[str, Any]]) -> model.Api:
    """All at once, or none: in between nobody asks for a name that is not there."""
    batch = [{"Action": action, "ResourceRecordSet": one} for action, some in (("DELETE", gone), ("UPSERT", wanted)) for one in some]
    return model.Api("route53", "change_resource_record_sets", {"HostedZoneId": zone, "ChangeBatch": {"Changes": batch}})
