# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import declaration, rights
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import catalog, role

from .example import EVERYTHING, environment

GITHUB: declaration.Github = {"repository": "owner/echodiary", "roles": [], "branch": "main"}


def actions(document: dict[str, Any]) -> set[str]:
    return {action for statement in document["Statement"] for action in statement["Action"]}


@pytest.mark.parametrize("role", declaration.GITHUB_ROLES)
def test_a_workflow_is_of_one_repository_and_one_place_in_it(role: str) -> None:
    (trust,) = rights.of_workflows(environment(**EVERYTHING), {**GITHUB, "roles": [role]}, role)["Statement"]
    subject = trust["Condition"]["StringEquals"][f"{rights.GITHUB}:sub"]
    assert subject.startswith("repo:owner/echodiary:") and "*" not in subject
    assert trust["Condition"]["StringEquals"][f"{rights.GITHUB}:aud"] == "sts.amazonaws.com"


def test_hosts_log_in_to_ecr_and_read_their_repository_alone() -> None:
    env = environment(**EVERYTHING)
    may = {action: one["Resource"] for one in rights.of_hosts(env, "app")["Statement"] for action in one["Action"]}
    assert may["ecr:GetAuthorizationToken"] == ["*"]
    pulled = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
    assert {tuple(may[action]) for action in pulled} == {(env.arn("ecr", "repository/echodiary"),)}


def test_hosts_read_no_secret_and_delete_no_backup() -> None:
    document = rights.of_hosts(environment(**EVERYTHING), "app")
    assert "s3:PutObject" in actions(document)
    assert [one for one in actions(document) if one.startswith("secretsmanager:")] == []
    deletes = [one for one in document["Statement"] if any("Delete" in action for action in one["Action"])]
    resources = [resource for one in deletes for resource in one["Resource"]]
    assert resources
    assert all(resource.endswith("/locks/*") for resource in resources)


@pytest.mark.parametrize("role", declaration.GITHUB_ROLES)
def test_nobody_may_do_everything(role: str) -> None:
    env = environment(**EVERYTHING)
    for document in (rights.of_github(env, role), rights.of_hosts(env, "app")):
        assert [one for one in actions(document) if "*" in one] == []


def test_who_reads_writes_nothing() -> None:
    found = actions(rights.of_github(environment(**EVERYTHING), "read"))
    assert [one for one in found if one.split(":")[1].startswith(("Put", "Create", "Delete", "Modify", "Add"))] == []


def test_who_tells_what_differs_may_look_at_all_kinds_and_into_nothing() -> None:
    wanted = {one.resource.name: one.fields["inline"] for one in role.declared(environment(**EVERYTHING))}
    text = json.dumps(wanted["echodiary-production-github-read"])
    may = actions(next(iter(wanted["echodiary-production-github-read"].values())))
    assert {right for kind in catalog.KINDS for right in kind.READS} <= may
    assert [one for one in may if one in ("s3:GetObject", "dynamodb:Query", "dynamodb:Scan", "logs:GetLogEvents")] == []
    # AWS takes so many characters for all of a role's own policies
    assert len(text) < 10_240
    assert "ec2:DescribeVpcs" not in json.dumps(wanted["echodiary-production-github-deploy"])


def test_hosts_of_a_watcher_may_look_at_all_kinds_and_into_the_secret_only_where_that_is_declared() -> None:
    looks = {right for kind in catalog.KINDS for right in kind.READS}
    both = [environment(**EVERYTHING, watcher={"role": "monitoring", "secret": secret}) for secret in (False, True)]
    closed, opened = ({one.resource.name: one.fields["inline"]["echodiary"] for one in role.declared(env)} for env in both)
    name = "echodiary-production-monitoring"
    assert looks <= actions(closed[name]) and looks <= actions(opened[name])
    assert actions(opened[name]) - actions(closed[name]) == {"secretsmanager:GetSecretValue"}
    (secret,) = [one["Resource"] for one in opened[name]["Statement"] if "secretsmanager:GetSecretValue" in one["Action"]]
    assert secret == [both[1].arn("secretsmanager", "secret:echodiary/production/app-??????")]
    # AWS takes so many characters for all of a role's own policies
    assert len(json.dumps(opened[name], separators=(",", ":"))) < 10_240
    assert "ec2:DescribeVpcs" not in actions(opened["echodiary-production-app"])


def test_what_is_not_declared_is_not_allowed() -> None:
    env = environment(images=None, github={"repository": "owner/echodiary"})
    assert actions(rights.of_hosts(env, "app")) == {"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"}
    assert rights.of_github(env, "build")["Statement"] == []


def test_with_ssh_nobody_needs_session_manager() -> None:
    env = environment(**EVERYTHING, access={"ssh_from": ["203.0.113.0/24"]})
    assert [one for one in actions(rights.of_github(env, "deploy")) if one.startswith("ssm:")] == []


def test_who_deploys_moves_hosts_at_the_load_balancer_of_this_environment_alone() -> None:
    env = environment(**EVERYTHING)
    declared: Any = {**env.declared, "balancer": {"domain": "diary.example.com"}}
    balanced = env._replace(declared=declared)
    moving = {"elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets", "ec2:CreateTags", "ec2:DeleteTags"}
    scoped = [one for one in rights.of_github(balanced, "deploy")["Statement"] if moving & set(one["Action"])]
    assert {action for one in scoped for action in one["Action"]} == moving
    by_tag = {f"aws:ResourceTag/{key}": value for key, value in env.ours.items() if key != "ManagedBy"}
    for one in scoped:
        named = all(f"/{env.prefix}-" in resource for resource in one["Resource"])
        assert named or one["Condition"]["StringEquals"] == by_tag
    read = actions(rights.of_github(balanced, "read"))
    assert "elasticloadbalancing:DescribeTargetHealth" in read and not moving & read
    none: Any = {**env.declared, "balancer": None}
    without = [rights.of_github(env._replace(declared=none), role) for role in ("deploy", "read")]
    assert [one for document in without for one in actions(document) if one.startswith("elasticloadbalancing")] == []
