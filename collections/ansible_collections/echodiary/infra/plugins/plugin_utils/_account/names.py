# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids of AWS as the names of what they stand for: what is made anew has another id, and is the same. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import Ids, Json

#: their ids are those of others: a security group's, and the region's
_UNNAMED = ("packets", "account_defaults")


def of(ids: Ids) -> dict[str, str]:
    """Id -> resource."""
    return {identity: str(resource) for resource, identity in ids.items() if resource.kind not in _UNNAMED}


def named(value: Json, names: Mapping[str, str]) -> Json:
    """What is not there yet stands in brackets, where it is planned: read again it has the same name."""
    if isinstance(value, str):
        return names.get(value, value[1:-1] if value.startswith("(") and value.endswith(")") else value)
    if isinstance(value, Mapping):
        return {key: named(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return sorted((named(one, names) for one in value), key=text)
    return value


def text(value: Json) -> str:
    """As people read it."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return " ".join(f"{key}={text(one)}" for key, one in value.items() if one is not None)
    return json.dumps(value, sort_keys=True)
