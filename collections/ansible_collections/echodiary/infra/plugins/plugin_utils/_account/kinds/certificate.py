# SPDX-License-Identifier: GPL-3.0-or-later
"""What the load balancer shows: a certificate of AWS's own authority, proved by records in the zone (``validation.py``), renewed by AWS.

It is called as its names: others want another certificate, which is made beside the old one, so that a listener goes over without a
pause. One that AWS gave up (its names were not proved in 72 hours) is nobody's: a new one is asked for, and it is told as left over.

By AWS's own operations: the module of community.aws imports certificates and cannot request one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import balancers, model
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "certificate"
EVENTS = "acm"
EFFECT: model.Effects = {"names": model.REPLACE, "proof": model.REPLACE}
KEPT = False
#: a run that fails leaves it, since its names take AWS longer to prove than a run may
LASTS = True
READS: model.Rights = ("acm:ListCertificates", "acm:DescribeCertificate", "acm:ListTagsForCertificate")
WRITES: model.Rights = (
    "acm:RequestCertificate",
    "acm:AddTagsToCertificate",
    "acm:UpdateCertificateOptions",
    "acm:DeleteCertificate",
)
LEAVES: model.Rights = ()
#: for how long AWS may go on saying that one is in use which nothing shows any more (s): while interfaces of the load balancer are left
SETTLES = 10 * 60
_USABLE = ("PENDING_VALIDATION", "ISSUED")
_ABSENT = ("ResourceNotFoundException",)


def called(balancer: balancers.Balancer) -> str:
    return _called(balancers.names(balancer))


def _called(names: list[str]) -> str:
    return ",".join([names[0], *sorted(names[1:])])


def declared(env: Environment) -> Iterator[model.Wanted]:
    balancer = env.declared["balancer"]
    if balancer:
        fields = {"names": balancers.names(balancer), "proof": "DNS", "logged": True, "tags": env.tags(balancer["domain"])}
        yield model.Wanted(model.Resource(NAME, called(balancer)), fields)


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    """Those of our names, and of these ours where there are others. One of which AWS has not said yet how to prove it is not there."""
    balancer = env.declared["balancer"]
    wanted = balancers.names(balancer) if balancer else []
    found = [_seen(one, given, env) for one, given in _known(aws, env, wanted) if proofs(one) or one["Status"] != _USABLE[0]]
    mine = {seen.resource for seen in found if seen.ours}
    yield from (seen for seen in found if seen.ours or seen.resource not in mine)


def _known(aws: Aws, env: Environment, names: list[str]) -> Iterator[tuple[Any, dict[str, str]]]:
    """Of AWS's own authority, each with its tags: those of these names, and those that bear ours."""
    for arn in [one["CertificateArn"] for one in aws.find("acm", "list_certificates", "CertificateSummaryList[]")]:
        given = tags.read(aws.find("acm", "list_tags_for_certificate", "Tags[]", _ABSENT, CertificateArn=arn))
        if tags.are_ours(given, env) or names:
            one = told(aws, arn)
            if one.get("Type") == "AMAZON_ISSUED" and (tags.are_ours(given, env) or _is_it(one, names)):
                yield one, given


def told(aws: Aws, arn: str) -> Any:
    """Nothing where it is gone meanwhile."""
    return aws.one("acm", "describe_certificate", "Certificate", _ABSENT, CertificateArn=arn) or {}


def _is_it(one: Mapping[str, Any], names: list[str]) -> bool:
    return one["Status"] in _USABLE and one["DomainName"] == names[0] and set(one["SubjectAlternativeNames"]) == set(names)


def _seen(one: Mapping[str, Any], given: Mapping[str, str], env: Environment) -> model.Seen:
    usable, arn = one["Status"] in _USABLE, one["CertificateArn"]
    names = list(dict.fromkeys([one["DomainName"], *one["SubjectAlternativeNames"]]))
    methods = {each.get("ValidationMethod") for each in one.get("DomainValidationOptions", ())}
    options = one.get("Options") or {}
    fields = {
        "names": names,
        "proof": "DNS" if methods <= {"DNS"} else "EMAIL",
        "logged": options.get("CertificateTransparencyLoggingPreference", "ENABLED") == "ENABLED",
        "tags": tags.compared(given, env),
    }
    name = _called(names) if usable else f"{names[0]} ({one['Status']}, {arn.rpartition('/')[2]})"
    return model.Seen(model.Resource(NAME, name), arn, fields, tags.are_ours(given, env), state=one["Status"])


def proofs(one: Mapping[str, Any]) -> dict[str, Any]:
    """Name -> the record by which it is proved; nothing before AWS has chosen all of them, some seconds after it was asked."""
    found = {each["DomainName"]: each for each in one.get("DomainValidationOptions", ()) if each.get("ResourceRecord")}
    return found if set(found) >= set(one.get("SubjectAlternativeNames", ())) else {}


def hands(goal: model.Goal) -> model.Calls:
    first, *others = goal.fields["names"]
    options = {"CertificateTransparencyLoggingPreference": "ENABLED" if goal.fields["logged"] else "DISABLED"}
    if not goal.id:
        what = {"DomainName": first, "ValidationMethod": goal.fields["proof"], "Options": options}
        more = {"SubjectAlternativeNames": [first, *others]} if others else {}
        yield model.Api("acm", "request_certificate", {**what, **more, "Tags": tags.written(goal.fields["tags"])})
        return
    if goal.differs("tags"):
        yield model.Api("acm", "add_tags_to_certificate", {"CertificateArn": goal.id, "Tags": tags.written(goal.fields["tags"])})
    if goal.differs("logged"):
        yield model.Api("acm", "update_certificate_options", {"CertificateArn": goal.id, "Options": options})


def stays(aws: Aws, seen: model.Seen) -> model.Stays | None:
    """One that something shows which is not the environment's: AWS would not let it go."""
    given = seen.fields["tags"]
    own = f"/{given.get('Project')}-{given.get('Environment')}/"
    others = sorted(arn for arn in told(aws, seen.id).get("InUseBy", ()) if own not in arn)
    command = f"aws acm delete-certificate --certificate-arn {seen.id}"
    return model.Stays(f"in use by {', '.join(others)}", command=command) if others else None


def held(aws: Aws, seen: model.Seen) -> str:
    """By whom: AWS would not let it go."""
    users = told(aws, seen.id).get("InUseBy", ())
    return f"in use by {', '.join(users)}" if users else ""


def remove(seen: model.Seen) -> model.Calls:
    yield model.Api("acm", "delete_certificate", {"CertificateArn": seen.id})
