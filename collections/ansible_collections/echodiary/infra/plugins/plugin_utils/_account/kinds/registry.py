# SPDX-License-Identifier: GPL-3.0-or-later
"""Where images of the application are pushed. A tag is pushed once, but for those that are declared to move; old images go.

Changed by AWS's own operations: the module knows neither tags nor which of them may move.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "registry"
EFFECT: model.Effects = {"encryption": model.REPLACE}
KEPT = True
EVENTS = "ecr"
READS: model.Rights = ("ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource")
WRITES: model.Rights = (
    "ecr:CreateRepository",
    "ecr:PutImageTagMutability",
    "ecr:PutImageScanningConfiguration",
    "ecr:PutLifecyclePolicy",
    "ecr:DeleteLifecyclePolicy",
    "ecr:SetRepositoryPolicy",
    "ecr:DeleteRepositoryPolicy",
    "ecr:TagResource",
)
LEAVES: model.Rights = ("ecr:DescribeImages",)
REMOVES: model.Rights = ("ecr:DeleteRepository",)
_GB = 1e9
_ABSENT = ("RepositoryNotFoundException", "LifecyclePolicyNotFoundException", "RepositoryPolicyNotFoundException")


def declared(env: Environment) -> Iterator[model.Wanted]:
    images = env.declared["images"]
    if images:
        fields = {"scanned": True, "mutable_tags": images["mutable_tags"], "lifecycle": _lifecycle(images["keep"]), "encryption": "AES256"}
        # who may pull and push is said by roles: another account is let in by nobody
        rest = {"policy": None, "tags": env.tags(images["repository"])}
        yield model.Wanted(model.Resource(NAME, images["repository"]), {**fields, **rest})


def _lifecycle(keep: int) -> dict[str, Any]:
    chosen = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": keep}
    return {"rules": [{"rulePriority": 1, "description": f"the newest {keep}", "selection": chosen, "action": {"type": "expire"}}]}


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    images = env.declared["images"]
    if not images:
        return
    name = images["repository"]
    for one in aws.find("ecr", "describe_repositories", "repositories[]", _ABSENT, repositoryNames=[name]):
        given = tags.read(aws.find("ecr", "list_tags_for_resource", "tags[]", resourceArn=one["repositoryArn"]))
        policy = aws.one("ecr", "get_lifecycle_policy", "lifecyclePolicyText", _ABSENT, repositoryName=name)
        fields = {"scanned": one["imageScanningConfiguration"]["scanOnPush"], "mutable_tags": _mutable(one)}
        rest = {"lifecycle": json.loads(policy or "{}"), "encryption": one["encryptionConfiguration"]["encryptionType"]}
        others = aws.one("ecr", "get_repository_policy", "policyText", _ABSENT, repositoryName=name)
        rest |= {"policy": json.loads(others or "null"), "tags": tags.compared(given, env)}
        yield model.Seen(model.Resource(NAME, name), one["repositoryArn"], {**fields, **rest}, tags.are_ours(given, env))


def _mutable(one: Mapping[str, Any]) -> list[str]:
    """Patterns; all tags where none is fixed."""
    if one["imageTagMutability"].startswith("MUTABLE"):
        return ["*"]
    return [found["filter"] for found in one.get("imageTagMutabilityExclusionFilters") or ()]


def hands(goal: model.Goal) -> model.Calls:
    name = {"repositoryName": goal.name}
    if not goal.id:
        scanning = {"imageScanningConfiguration": {"scanOnPush": goal.fields["scanned"]}}
        yield model.Api("ecr", "create_repository", {**name, **scanning, **_fixed(goal), "tags": tags.written(goal.fields["tags"])})
    elif goal.differs("mutable_tags"):
        yield model.Api("ecr", "put_image_tag_mutability", {**name, **_fixed(goal)})
    if goal.id and goal.differs("scanned"):
        scanning = {"imageScanningConfiguration": {"scanOnPush": goal.fields["scanned"]}}
        yield model.Api("ecr", "put_image_scanning_configuration", {**name, **scanning})
    if goal.differs("lifecycle"):
        yield _kept(goal)
    if goal.differs("policy"):
        yield _shared(goal)
    if goal.id and goal.differs("tags"):
        yield model.Api("ecr", "tag_resource", {"resourceArn": goal.id, "tags": tags.written(goal.fields["tags"])})


def _fixed(goal: model.Goal) -> dict[str, Any]:
    moving = goal.fields["mutable_tags"]
    if moving == ["*"]:
        return {"imageTagMutability": "MUTABLE"}
    filters = [{"filterType": "WILDCARD", "filter": one} for one in sorted(moving)]
    if not filters:
        return {"imageTagMutability": "IMMUTABLE"}
    return {"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "imageTagMutabilityExclusionFilters": filters}


def _kept(goal: model.Goal) -> model.Api:
    if not goal.fields["lifecycle"]:
        return model.Api("ecr", "delete_lifecycle_policy", {"repositoryName": goal.name})
    text = json.dumps(goal.fields["lifecycle"], sort_keys=True)
    return model.Api("ecr", "put_lifecycle_policy", {"repositoryName": goal.name, "lifecyclePolicyText": text})


def _shared(goal: model.Goal) -> model.Api:
    if not goal.fields["policy"]:
        return model.Api("ecr", "delete_repository_policy", {"repositoryName": goal.name})
    text = json.dumps(goal.fields["policy"], sort_keys=True)
    return model.Api("ecr", "set_repository_policy", {"repositoryName": goal.name, "policyText": text})


def stays(aws: Aws, seen: model.Seen) -> model.Stays | None:
    """Environments may share it: whose images they are nobody can tell."""
    name = seen.resource.name
    sizes = aws.find("ecr", "describe_images", "imageDetails[].imageSizeInBytes", repositoryName=name)
    if not sizes:
        return None
    command = f"aws ecr delete-repository --force --repository-name {name}"
    return model.Stays(f"{len(sizes)} images, {sum(sizes) / _GB:.2f} GB", "images storage", sum(sizes) / _GB, command)


def remove(seen: model.Seen) -> model.Calls:
    yield model.Api("ecr", "delete_repository", {"repositoryName": seen.resource.name})
