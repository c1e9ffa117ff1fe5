# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what, as IAM's documents: hosts, and GitHub's workflows. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import balancing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .declaration import Environment, Github

Document = dict[str, Any]
#: what the agent of Session Manager needs
SESSION_MANAGER = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
GITHUB = "token.actions.githubusercontent.com"

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSH = (*_PULL, "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart")
_LOG = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
#: whoever has taken a host cannot delete what was saved
_FIND = ("s3:GetBucketLocation", "s3:ListBucket")
_SAVE = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject")
_SEE_TARGETS = (
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
)
_MOVE_TARGETS = ("elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets")
_SNAPSHOTS = (
    "rds:AddTagsToResource",
    "rds:CopyDBSnapshot",
    "rds:CreateDBSnapshot",
    "rds:DeleteDBSnapshot",
    "rds:DescribeDBInstances",
    "rds:DescribeDBSnapshots",
    "rds:ListTagsForResource",
    "rds:RestoreDBInstanceFromDBSnapshot",
)


def document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": [one for one in statements if one]}


def _allow(actions: tuple[str, ...], *resources: str, **more: Any) -> Document:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": sorted(resources), **more}


def of_machines() -> Document:
    """Trust: whatever runs on an instance that has the role."""
    return document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})


def of_workflows(env: Environment, github: Github, role: str) -> Document:
    """Trust: workflows of one repository, in one environment of it or on one branch; never whoever asks."""
    places = {"deploy": f"environment:{env.name}", "read": f"environment:{env.name}-read", "build": f"ref:refs/heads/{github['branch']}"}
    who = {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": f"repo:{github['repository']}:{places[role]}"}
    trusted = {"Federated": env.arn("iam", f"oidc-provider/{GITHUB}", everywhere=True)}
    return document(
        {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": who}}
    )


def of_hosts(env: Environment, role: str, reads: Iterable[str] = ()) -> Document:
    """Hosts read images, write logs, and save backups that they cannot delete. They read no secret, but where a watcher shall.

    ``reads``: as of ``of_github``.
    """
    logs = _allow(_LOG, env.arn("logs", f"log-group:{log_group(env, role)}:*"))
    return document(*_images(env, _PULL), logs, *_metrics(env), *_backups(env), *_watches(env, role, {*reads}))


def _watches(env: Environment, role: str, reads: set[str]) -> list[Document]:
    """Of hosts on which a watcher runs."""
    watcher = env.declared["watcher"]
    if not (watcher and watcher["role"] == role):
        return []
    secret = _allow(("secretsmanager:GetSecretValue",), env.arn("secretsmanager", f"secret:{secret_name(env)}-??????"))
    return [*_checks(env, reads), *([secret] if watcher["secret"] else [])]


def of_github(env: Environment, role: str, reads: Iterable[str] = ()) -> Document:
    """``reads``: rights by which kinds are looked at, for who tells what differs."""
    if role == "build":
        return document(*_images(env, _PUSH))
    hosts = _allow(("ec2:DescribeInstances",), "*")
    secret = env.arn("secretsmanager", f"secret:{secret_name(env)}-??????")
    if role == "read":
        lease = _allow(("dynamodb:GetItem",), env.arn("dynamodb", f"table/{lease_table(env)}"))
        seen = _checks(env, {*reads}) if reads else []
        return document(hosts, _allow(("secretsmanager:GetSecretValue",), secret), lease, *_sessions(env), *_targets(env, ()), *seen)
    secrets = _allow(("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"), secret)
    lease = _allow(("dynamodb:GetItem", "dynamodb:PutItem"), env.arn("dynamodb", f"table/{lease_table(env)}"))
    return document(hosts, secrets, lease, *_sessions(env), _allow(_SNAPSHOTS, *_databases(env)), *_targets(env, _MOVE_TARGETS))


def _checks(env: Environment, reads: set[str]) -> list[Document]:
    """How things are set up, and nothing that is in them: of most AWS tells all of an account or nothing."""
    parameters = (env.arn("ssm", f"parameter{last_applied(env)}"), f"arn:aws:ssm:{env.region}::parameter/aws/service/debian/*")
    buckets = {one for one in reads if one.startswith("s3:")} - {"s3:ListAllMyBuckets"}
    rest = {*reads, "cloudtrail:LookupEvents"} - buckets - {"ssm:GetParameter"}
    return [
        _allow(tuple(rest), "*"),
        _allow(tuple(buckets), f"arn:aws:s3:::{env.prefix}-*"),
        _allow(("ssm:GetParameter",), *parameters),
    ]


def log_group(env: Environment, role: str) -> str:
    return f"/{env.declared['project']}/{env.name}/{role}"


def namespace(env: Environment) -> str:
    """Of the metrics that the environment itself sends."""
    return f"{env.declared['project']}/{env.name}"


def secret_name(env: Environment) -> str:
    return f"{env.declared['project']}/{env.name}/app"


def last_applied(env: Environment) -> str:
    """Of the parameter that keeps it."""
    return f"/{env.declared['project']}/{env.name}/last-applied"


def lease_table(env: Environment) -> str:
    return env.called("lease")


def bucket_name(env: Environment, name: str) -> str:
    """Of all the world's buckets there is one of a name: the account makes it ours."""
    return f"{env.called(name)}-{env.account}"


def _metrics(env: Environment) -> list[Document]:
    """AWS knows no resource of them: by their namespace hosts are kept from writing to others' metrics."""
    watching = env.declared["watching"]
    if not (watching and watching["agent"]):
        return []
    mine = {"StringEquals": {"cloudwatch:namespace": namespace(env)}}
    return [_allow(("cloudwatch:PutMetricData",), "*", Condition=mine)]


def _databases(env: Environment) -> list[str]:
    """The environment's, what is restored beside it, and the snapshots of its components."""
    mine = [env.arn("rds", f"{what}:{env.prefix}*") for what in ("db", "pg", "subgrp")]
    return [*mine, env.arn("rds", f"snapshot:*-{env.name}-*")]


def _targets(env: Environment, moves: tuple[str, ...]) -> list[Document]:
    """Of the load balancer: to see what it finds; and to take hosts of this environment out, and let them in."""
    declared: Mapping[str, object] = env.declared
    if not declared.get("balancer"):
        return []
    see = _allow(_SEE_TARGETS, "*")
    if not moves:
        return [see]
    mine = {f"aws:ResourceTag/{key}": value for key, value in env.ours.items() if key != "ManagedBy"}
    only = {"ForAllValues:StringEquals": {"aws:TagKeys": [balancing.ISOLATED]}}
    tags = _allow(("ec2:CreateTags", "ec2:DeleteTags"), env.arn("ec2", "instance/*"), Condition={"StringEquals": mine, **only})
    return [see, _allow(moves, env.arn("elasticloadbalancing", f"targetgroup/{env.prefix}-*/*")), tags]


def _images(env: Environment, actions: tuple[str, ...]) -> list[Document]:
    images = env.declared["images"]
    if not images:
        return []
    return [_allow(("ecr:GetAuthorizationToken",), "*"), _allow(actions, env.arn("ecr", f"repository/{images['repository']}"))]


def _backups(env: Environment) -> list[Document]:
    """Whoever is on a host removes nothing but the locks of a restic repository."""
    buckets = [f"arn:aws:s3:::{bucket_name(env, name)}" for name in env.declared["buckets"]]
    if not buckets:
        return []
    locks = _allow(("s3:DeleteObject",), *(f"{one}/*/locks/*" for one in buckets))
    return [_allow(_FIND, *buckets), _allow(_SAVE, *(f"{one}/*" for one in buckets)), locks]


def _sessions(env: Environment) -> list[Document]:
    """People and plays through Session Manager: on hosts of this environment, and their own sessions only."""
    if env.ssh_from:
        return []
    mine = {"StringEquals": {f"ssm:resourceTag/{key}": value for key, value in env.ours.items() if key != "ManagedBy"}}
    return [
        _allow(("ssm:StartSession",), env.arn("ec2", "instance/*"), Condition=mine),
        _allow(("ssm:StartSession",), f"arn:aws:ssm:{env.region}::document/AWS-StartSSHSession"),
        _allow(("ssm:ResumeSession", "ssm:TerminateSession"), env.arn("ssm", "session/${aws:userid}-*")),
    ]
