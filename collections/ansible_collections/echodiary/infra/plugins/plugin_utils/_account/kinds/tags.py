# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags as AWS has them and as they are compared: only those that we give, so that others' stay theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .. import model

if TYPE_CHECKING:
    from ..declaration import Environment

Tag = Mapping[str, str]


def read(given: Sequence[Tag] | None) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in given or ()}


def written(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def compared(tags: Mapping[str, str], env: Environment, *more: str) -> dict[str, str]:
    """What of them we give; ``more`` are keys that only this kind gives."""
    return {key: value for key, value in tags.items() if key in ("Name", *env.ours, *more)}


def are_ours(tags: Mapping[str, str], env: Environment) -> bool:
    return all(tags.get(key) == value for key, value in env.ours.items())


def filters(env: Environment) -> list[dict[str, object]]:
    """Of EC2: what bears the tags of project and environment, whoever made it."""
    return [{"Name": f"tag:{key}", "Values": [value]} for key, value in env.ours.items() if key != "ManagedBy"]


def given(goal: model.Goal) -> model.Module:
    """To something of EC2 that is there."""
    return model.Module("amazon.aws.ec2_tag", {"resource": goal.id, "tags": goal.fields["tags"], "purge_tags": False})
