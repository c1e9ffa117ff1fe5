# SPDX-License-Identifier: GPL-3.0-or-later
"""Route 53: a change of records says exactly what stands there, all of a batch is done or nothing, and an alias leads to what is there."""

from __future__ import annotations

from typing import Any

from ..errors import RefusedError
from . import Asked, before

Key = tuple[str, str, str]


@before("route53:ChangeResourceRecordSets")
def batch_fits(asked: Asked) -> None:
    zone = asked.backend("route53").zones.get(str(asked.get("HostedZoneId")).rpartition("/")[2])
    if zone is None:
        return
    there = {_key(_told(one)): _plain(_told(one)) for one in zone.rrsets}
    problems = [_done(one["Action"], one["ResourceRecordSet"], there, zone.name) for one in asked.get("ChangeBatch", {}).get("Changes", ())]
    problems += [
        _lost(asked, one["ResourceRecordSet"]) for one in asked.get("ChangeBatch", {}).get("Changes", ()) if one["Action"] != "DELETE"
    ]
    found = [one for one in problems if one]
    if found:
        raise RefusedError("InvalidChangeBatch", f"[{', '.join(found)}]")


def _done(action: str, record: dict[str, Any], there: dict[Key, Any], zone: str) -> str:
    """Why it cannot be; ``there`` is as it is after it."""
    key, name = _key(record), f"[name='{_name(record['Name'])}', type='{record['Type']}']"
    if action == "DELETE":
        if key not in there:
            return f"Tried to delete resource record set {name} but it was not found"
        if there.pop(key) != _plain(record):
            return f"Tried to delete resource record set {name} but the values provided do not match the current values"
        return ""
    if action == "CREATE" and key in there:
        return f"Tried to create resource record set {name} but it already exists"
    others = {kind for other, kind, _ in there if other == key[0] and kind != key[1]}
    if "CNAME" in others or (key[1] == "CNAME" and others):
        conflict = (
            f"RRSet of type {key[1]} with DNS name {key[0]} is not permitted as it conflicts with other records with the same DNS name"
        )
        return f"{conflict} in zone {zone}."
    there[key] = _plain(record)
    return ""


def _lost(asked: Asked, record: dict[str, Any]) -> str:
    """An alias of a load balancer that there is not."""
    target = str((record.get("AliasTarget") or {}).get("DNSName") or "")
    known = {one.dns_name.lower() for one in asked.backend("elbv2").load_balancers.values()}
    bare = target.rstrip(".").lower().removeprefix("dualstack.")
    if not bare.endswith(f"{asked.backend('elbv2').region_name}.elb.amazonaws.com") or bare in known:
        return ""
    return f"Tried to create an alias that targets {target}, type {record['Type']} in zone, but that target was not found"


def _key(record: dict[str, Any]) -> Key:
    return _name(record["Name"]), str(record["Type"]), str(record.get("SetIdentifier") or "")


def _name(name: str) -> str:
    return f"{name.rstrip('.').lower()}."


def _plain(record: dict[str, Any]) -> tuple[Any, ...]:
    """What has to be said exactly."""
    values = sorted(str(one["Value"] if isinstance(one, dict) else one) for one in record.get("ResourceRecords") or ())
    target = record.get("AliasTarget") or {}
    alias = (_name(str(target["DNSName"])), target.get("HostedZoneId"), str(target.get("EvaluateTargetHealth")).lower()) if target else None
    return (str(record.get("TTL") or ""), values, alias)


def _told(record: Any) -> dict[str, Any]:
    """moto's own, as it is asked for."""
    what = {"Name": record.name, "Type": record.type, "TTL": record.ttl, "SetIdentifier": record.set_identifier}
    return {**what, "ResourceRecords": record.records, "AliasTarget": record.alias_target}
