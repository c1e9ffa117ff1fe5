# SPDX-License-Identifier: GPL-3.0-or-later
"""What load balancers, their listeners and target groups have in common: tags by ARN, twenty at a time, and attributes that are words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .. import model
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws

READS: model.Rights = ("elasticloadbalancing:DescribeTags",)
WRITES: model.Rights = ("elasticloadbalancing:AddTags",)
#: AWS tells of so many at once
_AT_ONCE = 20


def tagged(aws: Aws, arns: Iterable[str]) -> dict[str, dict[str, str]]:
    """ARN -> its tags."""
    every = sorted(arns)
    parts = [every[first : first + _AT_ONCE] for first in range(0, len(every), _AT_ONCE)]
    found = [one for part in parts for one in aws.find("elbv2", "describe_tags", "TagDescriptions[]", ResourceArns=part)]
    return {one["ResourceArn"]: tags.read(one.get("Tags")) for one in found}


def given(goal: model.Goal) -> model.Api:
    return model.Api("elbv2", "add_tags", {"ResourceArns": [goal.id], "Tags": tags.written(goal.fields["tags"])})


def read(attributes: Iterable[Mapping[str, str]], names: Mapping[str, str]) -> dict[str, Any]:
    """``names``: field -> as AWS calls it. What AWS does not tell is None."""
    told = {one["Key"]: one.get("Value") for one in attributes}
    return {field: _value(told.get(key)) for field, key in names.items()}


def _value(text: str | None) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text and text.isdigit() else text


def written(goal: model.Goal, names: Mapping[str, str]) -> list[dict[str, str]]:
    """Those that differ."""
    return [{"Key": key, "Value": _text(goal.fields[field])} for field, key in names.items() if goal.differs(field)]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
