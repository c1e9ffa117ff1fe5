# SPDX-License-Identifier: GPL-3.0-or-later
"""The record in the owner's zone that proves a name to AWS's authority, now and whenever it renews the certificate.

AWS asks for the same record for each certificate of a name, so it is the name's, and stays where another certificate needs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import balancers, model
from . import certificate, zone

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "validation"
EVENTS = "route53"
EFFECT: model.Effects = {"zone": model.REPLACE}
KEPT = False
#: as its certificate
LASTS = True
#: how long AWS may take to see it, and to issue the certificate (s): minutes, where the zone is the one that the world asks
SETTLES = 30 * 60
READS: model.Rights = (*certificate.READS, *zone.READS, "route53:ListHostedZones")
WRITES: model.Rights = zone.WRITES
LEAVES: model.Rights = ()
_TTL = 300
#: what stands there where it is right
ASKED = "as the certificate asks"
_PENDING = "PENDING_VALIDATION"


def declared(env: Environment) -> Iterator[model.Wanted]:
    balancer = env.declared["balancer"]
    if balancer:
        once = {"certificate": model.Ref(certificate.NAME, certificate.called(balancer))}
        for name in balancers.names(balancer):
            yield model.Wanted(model.Resource(NAME, name), {"zone": balancer["zone_id"], "answer": ASKED}, once)


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    """Of the environment's certificates, and of that one which it is about to have. One that others need is not the environment's alone."""
    balancer = env.declared["balancer"]
    done: set[str] = set()
    mine = list(certificate.observe(aws, env))
    shared = _names_of_others(aws, {seen.id for seen in mine})
    for seen in mine:
        one = certificate.told(aws, seen.id)
        for name, proof in certificate.proofs(one).items():
            asked = proof["ResourceRecord"]
            where = balancer["zone_id"] if balancer else _zone_of(aws, name)
            found = zone.records(aws, where, asked["Name"]) if where and name not in done else []
            if found:
                done.add(name)
                yield _seen(name, where, found[0], proof, one, seen.ours and name not in shared)


def _names_of_others(aws: Aws, mine: set[str]) -> set[str]:
    every = aws.find("acm", "list_certificates", "CertificateSummaryList[]")
    others = [one for one in every if one["CertificateArn"] not in mine]
    return {name for one in others for name in (one["DomainName"], *one.get("SubjectAlternativeNameSummaries", ()))}


def _zone_of(aws: Aws, name: str) -> str:
    """Where nobody declares it any more: the zone of the account that is nearest to the name."""
    found = aws.find("route53", "list_hosted_zones", "HostedZones[?!(Config.PrivateZone)]")
    fitting = [one for one in found if f".{name}.".endswith(f".{one['Name']}")]
    return str(max(fitting, key=lambda one: len(one["Name"]))["Id"]).rpartition("/")[2] if fitting else ""


def _seen(name: str, where: str, record: Mapping[str, Any], proof: Mapping[str, Any], one: Mapping[str, Any], ours: bool) -> model.Seen:
    values = [each["Value"] for each in record.get("ResourceRecords", ())]
    right = record["Type"] == "CNAME" and len(values) == 1 and zone.same(values[0], proof["ResourceRecord"]["Value"])
    # that a name is proved says nothing yet: the certificate is issued when all of them are, and a little later
    waits = right and one["Status"] == _PENDING
    fields = {"zone": where, "answer": ASKED if right else _text(record)}
    return model.Seen(
        model.Resource(NAME, name), f"{record['Name'].rstrip('.')}/{where}", fields, ours, not waits, _PENDING if waits else ""
    )


def _text(record: Mapping[str, Any]) -> str:
    """All that it takes to bring it back."""
    return " ".join([str(record.get("TTL")), record["Type"], *(one["Value"] for one in record.get("ResourceRecords", ()))])


def hands(goal: model.Goal) -> model.Calls:
    if goal.fields["answer"] != ASKED:
        yield zone.changes(goal.fields["zone"], [], [_as_it_was(goal.id.partition("/")[0], goal.fields["answer"])])
        return
    answer = yield model.Api("acm", "describe_certificate", {"CertificateArn": goal.once["certificate"]})
    told: Any = answer["Certificate"]
    asked = certificate.proofs(told)[goal.name]["ResourceRecord"]
    yield zone.changes(goal.fields["zone"], [], [_record(asked)])


def _as_it_was(name: str, text: str) -> dict[str, Any]:
    ttl, kind, *values = text.split(" ")
    return {"Name": name, "Type": kind, "TTL": int(ttl), "ResourceRecords": [{"Value": one} for one in values]}


def _record(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"Name": asked["Name"], "Type": asked["Type"], "TTL": _TTL, "ResourceRecords": [{"Value": asked["Value"]}]}


def stays(aws: Aws, seen: model.Seen) -> model.Stays | None:
    """AWS could not renew the other certificate any more."""
    del aws
    return None if seen.ours else model.Stays("a certificate that is not the environment's is proved by it as well")


def remove(seen: model.Seen) -> model.Calls:
    name, _, where = seen.id.partition("/")
    asked = {"HostedZoneId": where, "StartRecordName": name, "StartRecordType": "CNAME", "MaxItems": "1"}
    answer = yield model.Api("route53", "list_resource_record_sets", asked)
    found: Any = answer["ResourceRecordSets"]
    gone = [one for one in found if zone.same(one["Name"], name)]
    if gone:
        yield zone.changes(where, gone, [])
