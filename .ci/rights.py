# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/aws/rights-read.json (for `provision --check`), rights-provision.json (what `provision` needs besides), and
rights-teardown.json (what `teardown` needs besides both), as kinds say.

They are of the environment `production` of project `echodiary` in account 123456789012; `.ci/rights.py DIRECTORY` writes them elsewhere.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "collections"))

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import (
    authors,
    declaration,
    endpoints,
    last_applied,
    leasing,
    observe,
    snapshots,
    unknown,
)
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import rights as called
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import catalog
from ansible_collections.echodiary.infra.plugins.plugin_utils._reach import agents, asking, hosts

PLACE = ROOT / "docs/aws"
EXAMPLE: dict[str, Any] = {
    "network": {"cidr": "10.20.0.0/16", "zones": ["a", "c"]},
    "hosts": {"app1": {"role": "app", "type": "t4g.small", "zone": "a"}},
    "images": {"repository": "echodiary"},
    "balancer": {"domain": "diary.example.com", "zone_id": "Z0123456789ABC"},
}
ENV = declaration.read(EXAMPLE, "production", "123456789012", "ap-northeast-2", {})
Condition = Mapping[str, Mapping[str, Any]]
EVERYTHING = ("*",)


class Scope(NamedTuple):
    """``actions``: patterns. The first scope that fits an action is its own; several of the same patterns are all its own."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Condition = {}  # noqa: RUF012 - a tuple field, never mutated


def _iam(what: str) -> str:
    return ENV.arn("iam", what, everywhere=True)


_TAGS = {key: value for key, value in ENV.ours.items() if key != "ManagedBy"}
_OURS: Condition = {"StringEquals": {f"aws:ResourceTag/{key}": value for key, value in _TAGS.items()}}
_MANAGED: Condition = {"StringEquals": {f"ssm:resourceTag/{key}": value for key, value in _TAGS.items()}}
#: events: an alarm that moves a host does it by a role that CloudWatch makes for itself
_SERVICES = ["elasticache.amazonaws.com", "elasticloadbalancing.amazonaws.com", "events.amazonaws.com", "rds.amazonaws.com"]
_LAST_APPLIED = ENV.arn("ssm", f"parameter{called.last_applied(ENV)}")
_SECRETS = f"secret:{ENV.declared['project']}/{ENV.name}/*"
_STORES = tuple(ENV.arn("rds", f"{kind}:{ENV.prefix}*") for kind in ("db", "pg", "subgrp"))
_CACHES = tuple(ENV.arn("elasticache", f"{kind}:{ENV.prefix}*") for kind in ("cluster", "replicationgroup", "subnetgroup"))
_BALANCERS = tuple(
    ENV.arn("elasticloadbalancing", what)
    for what in (
        f"listener-rule/app/{ENV.prefix}/*",
        f"listener/app/{ENV.prefix}/*",
        f"loadbalancer/app/{ENV.prefix}/*",
        f"targetgroup/{ENV.prefix}-*",
    )
)
_ZONE = (f"arn:aws:route53:::hostedzone/{EXAMPLE['balancer']['zone_id']}",)

SCOPES = (
    # of these AWS knows no resource, or what they look for is not known by its name before
    Scope(
        ("sts:*", "iam:List*s", "s3:ListAllMyBuckets", "secretsmanager:ListSecrets", "tag:GetResources", "cloudtrail:LookupEvents"),
        EVERYTHING,
    ),
    Scope(("kms:ListAliases", "kms:ListKeys", "kms:CreateKey"), EVERYTHING),
    Scope(("rds:Describe*", "rds:List*", "elasticache:Describe*", "elasticache:List*", "logs:DescribeLogGroups"), EVERYTHING),
    Scope(("elasticloadbalancing:Describe*", "acm:List*s", "acm:RequestCertificate", "route53:ListHostedZones"), EVERYTHING),
    Scope(("ssm:DescribeInstanceInformation", "ssm:GetCommandInvocation"), EVERYTHING),
    Scope(("cloudwatch:DescribeAlarms",), EVERYTHING),
    Scope(("iam:*OpenIDConnectProvider*",), (_iam("oidc-provider/token.actions.githubusercontent.com"),)),
    Scope(
        ("iam:CreateServiceLinkedRole",),
        (_iam("role/aws-service-role/*"),),
        {"StringEquals": {"iam:AWSServiceName": _SERVICES}},
    ),
    Scope(
        ("iam:PassRole",),
        (_iam(f"role/{ENV.prefix}-*"),),
        {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
    ),
    Scope(("iam:*InstanceProfile*",), (_iam(f"instance-profile/{ENV.prefix}-*"),)),
    Scope(("iam:*",), (_iam(f"role/{ENV.prefix}-*"),)),
    Scope(("s3:*",), (f"arn:aws:s3:::{ENV.prefix}-*",)),
    # the database's own password is a secret that RDS makes in the name of who asks for the database
    Scope(
        ("secretsmanager:CreateSecret", "secretsmanager:TagResource"),
        (ENV.arn("secretsmanager", _SECRETS), ENV.arn("secretsmanager", "secret:rds!*")),
    ),
    Scope(("secretsmanager:*",), (ENV.arn("secretsmanager", _SECRETS),)),
    # also those of others' groups are asked for: whose metrics are ours is known by their namespace
    Scope(("logs:DescribeMetricFilters",), (ENV.arn("logs", "log-group:*"),)),
    Scope(("logs:*",), (ENV.arn("logs", f"log-group:/{ENV.declared['project']}/{ENV.name}/*"),)),
    Scope(("sns:*",), (ENV.arn("sns", f"{ENV.prefix}-*"),)),
    Scope(("cloudwatch:*Dashboard*",), (ENV.arn("cloudwatch", f"dashboard/{ENV.prefix}", everywhere=True),)),
    Scope(("cloudwatch:*Alarm*",), (ENV.arn("cloudwatch", f"alarm:{ENV.declared['project']}/{ENV.name}/*"),)),
    Scope(("budgets:*",), (ENV.arn("budgets", f"budget/{ENV.prefix}", everywhere=True),)),
    Scope(("dynamodb:*",), (ENV.arn("dynamodb", f"table/{ENV.prefix}-lease"),)),
    Scope(("ecr:*",), (ENV.arn("ecr", "repository/echodiary"),)),
    Scope(("kms:CreateAlias",), (ENV.arn("kms", f"alias/{ENV.prefix}"), ENV.arn("kms", "key/*"))),
    Scope(("kms:*",), (ENV.arn("kms", "key/*"),)),
    Scope(("rds:CreateDBSnapshot",), (*_STORES, ENV.arn("rds", f"snapshot:{ENV.prefix}-final-*"))),
    Scope(("rds:*",), (*_STORES, ENV.arn("rds", "og:default:*"))),
    Scope(("elasticache:*",), (*_CACHES, ENV.arn("elasticache", "parametergroup:default*"))),
    Scope(("elasticloadbalancing:*",), _BALANCERS),
    Scope(("acm:*",), (ENV.arn("acm", "certificate/*"),)),
    Scope(("route53:*",), _ZONE),
    Scope(("ssm:GetParameter*",), (f"arn:aws:ssm:{ENV.region}::parameter/aws/service/debian/*", _LAST_APPLIED)),
    Scope(("ssm:PutParameter", "ssm:DeleteParameter"), (_LAST_APPLIED,)),
    Scope(("ssm:SendCommand",), (f"arn:aws:ssm:{ENV.region}::document/AWS-RunShellScript",)),
    Scope(("ssm:SendCommand",), (ENV.arn("ec2", "instance/*"),), _MANAGED),
    # what goes has the environment's tags; what is made has none yet, and what was made by hand gets them
    Scope(("ec2:Delete[!R]*", "ec2:DeleteRouteTable", "ec2:TerminateInstances", "ec2:ReleaseAddress"), EVERYTHING, _OURS),
    Scope(("ec2:*",), EVERYTHING),
)


#: what a check reads of no kind
_BESIDE = (*authors.READS, *last_applied.READS, *observe.READS, *endpoints.READS, *hosts.READS)


def reads() -> set[str]:
    """Of a check."""
    return {right for kind in catalog.KINDS for right in kind.READS} | {*_BESIDE}


def writes() -> set[str]:
    """Of what is not a check, beside what it reads."""
    more = (*leasing.WRITES, *last_applied.WRITES, *endpoints.WRITES, *agents.READS, *asking.WRITES)
    return {right for kind in catalog.KINDS for right in kind.WRITES} | {*more}


def removes() -> set[str]:
    """Of what takes an environment away, beside what provisioning has."""
    more = {right for kind in catalog.KINDS for name in ("LEAVES", "REMOVES") for right in getattr(kind, name, ())}
    return {*more, *last_applied.REMOVES, *snapshots.LEAVES, *unknown.READS}


def document(actions: Iterable[str]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(_statements(sorted(actions)))}


def _statements(actions: list[str]) -> Iterator[dict[str, Any]]:
    """In the order of SCOPES, so that what is read stands above what is written nowhere by chance."""
    first = {action: next(scope for scope in SCOPES if _fits(action, scope)) for action in actions}
    together: dict[tuple[tuple[str, ...], str], tuple[list[str], Scope]] = {}
    for scope in SCOPES:
        mine = [action for action in actions if first[action].actions == scope.actions]
        key = (scope.resources, json.dumps(scope.condition))
        if mine:
            together.setdefault(key, ([], scope))[0].extend(mine)
    for names, scope in together.values():
        said = {"Effect": "Allow", "Action": sorted(set(names)), "Resource": sorted(scope.resources)}
        yield {**said, "Condition": scope.condition} if scope.condition else said


def _fits(action: str, scope: Scope) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in scope.actions)


def documents() -> dict[str, dict[str, Any]]:
    return {
        "rights-read.json": document(reads()),
        "rights-provision.json": document(writes() - reads()),
        "rights-teardown.json": document(removes() - writes() - reads()),
    }


def main(place: Path) -> None:
    for name, text in documents().items():
        (place / name).write_text(json.dumps(text, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PLACE)
