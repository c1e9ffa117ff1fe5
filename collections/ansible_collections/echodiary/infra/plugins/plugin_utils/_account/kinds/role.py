# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts and GitHub's workflows may do. Whatever else was put into a role is seen, and goes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model, rights
from ..aws import each
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "role"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "iam"
READS: model.Rights = (
    "iam:GetRole",
    "iam:ListRoles",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "iam:GetRolePolicy",
)
WRITES: model.Rights = (
    "iam:ListInstanceProfilesForRole",
    "iam:CreateRole",
    "iam:UpdateRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:AttachRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:DeleteRolePermissionsBoundary",
    "iam:TagRole",
    "iam:DeleteRole",
)
#: the one inline policy that a role has
_OWN = "echodiary"
#: how long a workflow may work with it (s)
_SESSION = 3600


def declared(env: Environment) -> Iterator[model.Wanted]:
    core = [] if env.ssh_from else [rights.SESSION_MANAGER]
    for role in env.roles:
        yield _one(env, role, rights.of_machines(), core, rights.of_hosts(env, role, _reads()))
    github = env.declared["github"]
    if github:
        for role in github["roles"]:
            yield _one(env, f"github-{role}", rights.of_workflows(env, github, role), [], rights.of_github(env, role, _reads()))


def _reads() -> set[str]:
    """Of who tells what differs in the account, as of who checks it by hand."""
    from . import catalog

    return {right for kind in catalog.KINDS for right in kind.READS}


def _one(env: Environment, role: str, trust: rights.Document, managed: list[str], own: rights.Document) -> model.Wanted:
    name = env.called(role)
    inline = {_OWN: own} if own["Statement"] else {}
    fields = {"trust": trust, "managed": managed, "inline": inline, "boundary": None, "session": _SESSION, "tags": env.tags(name)}
    return model.Wanted(model.Resource(NAME, name), fields)


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    """Its names begin alike, so that those are found too which nobody declares any more.

    One by one: the question that tells of all roles (GetAccountAuthorizationDetails) takes the right to read the account's whole IAM, and
    nobody says of when its answer is.
    """
    every: list[str] = aws.find("iam", "list_roles", "Roles[].RoleName")
    yield from each(lambda name: _seen(aws, env, name), [one for one in every if one.startswith(f"{env.prefix}-")])


def _seen(aws: Aws, env: Environment, name: str) -> model.Seen:
    one = aws.one("iam", "get_role", "Role", RoleName=name)
    given = tags.read(one.get("Tags"))
    managed = aws.find("iam", "list_attached_role_policies", "AttachedPolicies[].PolicyArn", RoleName=name)
    inline = {policy: _inline(aws, name, policy) for policy in aws.find("iam", "list_role_policies", "PolicyNames[]", RoleName=name)}
    fields = {"trust": one["AssumeRolePolicyDocument"], "managed": managed, "inline": inline, "session": one["MaxSessionDuration"]}
    rest = {"boundary": (one.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"), "tags": tags.compared(given, env)}
    return model.Seen(model.Resource(NAME, name), one["Arn"], {**fields, **rest}, tags.are_ours(given, env))


def _inline(aws: Aws, role: str, policy: str) -> Any:
    return aws.one("iam", "get_role_policy", "PolicyDocument", RoleName=role, PolicyName=policy)


def hands(goal: model.Goal) -> model.Calls:
    if not goal.id or goal.differs("trust", "managed", "boundary", "session", "tags"):
        # a new one has none, and the module would hand on an empty one as it is
        boundary = {"boundary": goal.fields["boundary"] or ""} if goal.id else {}
        yield model.Module("amazon.aws.iam_role", {**_args(goal.name, goal.fields), **boundary, "purge_tags": False})
    yield from _policies(goal.name, goal.before.get("inline") or {}, goal.fields["inline"])


def _args(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    what = {"managed_policies": fields["managed"], "max_session_duration": fields["session"], "tags": fields["tags"]}
    return {"name": name, "assume_role_policy_document": json.dumps(fields["trust"]), "create_instance_profile": False, **what}


def _policies(role: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> model.Calls:
    for name in sorted({*before, *after}):
        args = {"iam_type": "role", "iam_name": role, "policy_name": name}
        if name not in after:
            yield model.Module("amazon.aws.iam_policy", {**args, "state": "absent"})
        elif after[name] != before.get(name):
            yield model.Module("amazon.aws.iam_policy", {**args, "policy_json": json.dumps(after[name]), "skip_duplicates": False})


def remove(seen: model.Seen) -> model.Calls:
    """The module takes its policies away first."""
    yield model.Module("amazon.aws.iam_role", {"name": seen.resource.name, "state": "absent", "delete_instance_profile": False})
