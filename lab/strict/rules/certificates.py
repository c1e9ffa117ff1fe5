# SPDX-License-Identifier: GPL-3.0-or-later
"""ACM: a certificate is issued once a zone of the account has the record that it asks for, and stays as long as something shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto import settings as moto_settings

from ..errors import RefusedError
from . import Asked, after, before, instead

PENDING, ISSUED = "PENDING_VALIDATION", "ISSUED"
#: moto issues one after so many seconds, whatever the zone says
moto_settings.ACM_VALIDATION_WAIT = float("inf")


def certificates(asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = asked.backend("acm")._certificates
    return found


@after("acm:RequestCertificate")
def is_asked_for(asked: Asked, answer: dict[str, Any]) -> None:
    """How it is to be proved AWS chooses some seconds later."""
    asked.memory.late[f"acm-proof {answer['CertificateArn']}"] = asked.memory.settings.acm_lag


@before("acm:*", "elasticloadbalancing:CreateListener", "elasticloadbalancing:ModifyListener")
def is_looked_at(asked: Asked) -> None:
    """AWS looks at the zone by itself."""
    for arn, one in certificates(asked).items():
        if one.type == "AMAZON_ISSUED" and one.status == PENDING and all(_is_proved(asked, *record) for record in _asked_for(one)):
            busy = asked.memory.busy.get(f"acm:{arn}")
            if busy is None:
                asked.memory.begin(f"acm:{arn}", "validating")
                busy = asked.memory.busy[f"acm:{arn}"]
            if (busy.look() if asked.call.name == "DescribeCertificate" else not busy.over) in (None, False):
                one.status = ISSUED


def _asked_for(certificate: Any) -> Iterator[tuple[str, str]]:
    for one in certificate.describe()["Certificate"]["DomainValidationOptions"]:
        yield one["ResourceRecord"]["Name"], one["ResourceRecord"]["Value"]


def _is_proved(asked: Asked, name: str, value: str) -> bool:
    zones = [one for one in asked.backend("route53").zones.values() if not one.private_zone]
    records = [record for zone in zones for record in zone.rrsets if record.type == "CNAME" and _same(record.name, name)]
    return any(_same(given, value) for record in records for given in record.records)


def _same(one: str, other: str) -> bool:
    return one.rstrip(".").lower() == other.rstrip(".").lower()


@after("acm:DescribeCertificate")
def is_told(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    told = answer["Certificate"]
    hidden = asked.memory.missed(f"acm-proof {told['CertificateArn']}")
    for one in told.get("DomainValidationOptions", ()):
        record = one.pop("ResourceRecord") if hidden else one["ResourceRecord"]
        if told["Status"] == PENDING and not hidden and _is_proved(asked, record["Name"], record["Value"]):
            one["ValidationStatus"] = "SUCCESS" if len(told["DomainValidationOptions"]) > 1 else PENDING
    told["InUseBy"] = [*told.get("InUseBy", ()), *_still(asked, told["CertificateArn"])]
    return answer


def _still(asked: Asked, arn: str) -> list[str]:
    """By what AWS says that it is in use, and is not any more."""
    return [name.split()[2] for name in list(asked.memory.late) if name.startswith(f"acm-use {arn} ") and asked.memory.missed(name)]


@before("acm:DeleteCertificate")
def in_use(asked: Asked) -> None:
    arn = str(asked.get("CertificateArn"))
    found = certificates(asked).get(arn)
    late = [name for name, left in asked.memory.late.items() if left > 0 and name.startswith(f"acm-use {arn} ")]
    if found is not None and (found.in_use_by or late):
        raise RefusedError("ResourceInUseException", f"Certificate {arn} in account {asked.call.account} is in use.")


@instead("acm:UpdateCertificateOptions")
def options(asked: Asked) -> dict[str, Any]:
    found = certificates(asked).get(str(asked.get("CertificateArn")))
    if found is None:
        raise RefusedError("ResourceNotFoundException", f"Could not find certificate {asked.get('CertificateArn')}.")
    found.cert_options = {**found.cert_options, **asked.get("Options", {})}
    return {}
