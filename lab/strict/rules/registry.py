# SPDX-License-Identifier: GPL-3.0-or-later
"""ECR: tags that may move are named by patterns, and only where the others are fixed."""

from __future__ import annotations

from ..errors import RefusedError
from . import Asked, before

_MOST = 5


@before("ecr:CreateRepository", "ecr:PutImageTagMutability")
def patterns_fit(asked: Asked) -> None:
    mode, filters = asked.get("imageTagMutability", "MUTABLE"), asked.get("imageTagMutabilityExclusionFilters", [])
    if mode.endswith("_WITH_EXCLUSION") and not filters:
        _refuse(f"imageTagMutabilityExclusionFilters has to be given where imageTagMutability is {mode}")
    if filters and not mode.endswith("_WITH_EXCLUSION"):
        _refuse(f"imageTagMutabilityExclusionFilters cannot be given where imageTagMutability is {mode}")
    if len(filters) > _MOST:
        _refuse(f"imageTagMutabilityExclusionFilters has more than {_MOST}")


def _refuse(message: str) -> None:
    raise RefusedError("InvalidParameterException", f"Invalid parameter at 'imageTagMutability': {message}")
