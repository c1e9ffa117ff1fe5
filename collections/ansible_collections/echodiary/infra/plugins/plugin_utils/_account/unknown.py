# SPDX-License-Identifier: GPL-3.0-or-later
"""What bears an environment's tags by the account's own index of tags, whatever it is: also what no kind here knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common.errors import SpecError
from . import model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .aws import Aws
    from .declaration import Environment

READS: model.Rights = ("tag:GetResources",)


def tagged(aws: Aws, env: Environment) -> list[str]:
    """ARNs. The index lags behind: what went a moment ago may still be in it."""
    filters = [{"Key": key, "Values": [value]} for key, value in env.ours.items() if key != "ManagedBy"]
    return sorted(set(aws.find("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList[].ResourceARN", TagFilters=filters)))


def told(aws: Aws, env: Environment, known: Iterable[str]) -> list[str]:
    """Lines for people. Whether it can be asked ends nothing. ``known``: ids of what stays, ARNs or their last part."""
    try:
        found = tagged(aws, env)
    except SpecError as error:
        return [f"whether anything else bears the environment's tags is not known: {error}"]
    ends = tuple(end for one in known for end in (one, f":{one}", f"/{one}")[0 if one.startswith("arn:") else 1 :])
    rest = [arn for arn in found if not arn.endswith(ends)]
    return [f"by AWS's index of tags, which may lag some hours behind, there is also {arn}" for arn in rest]
