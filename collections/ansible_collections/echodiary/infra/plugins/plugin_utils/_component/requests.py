# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that a release has to answer before a user's, as they are declared: in component.yml, in an inventory, or by a task. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._kinds.documents import RequestSpec

REQUEST: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "method": {"type": "str", "choices": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], "default": "GET"},
    "path": {"type": "str", "required": True},
    "body": {"type": "raw"},
    "headers": {"type": "dict", "default": {}},
    "status": {"type": "int", "default": 200},
    "json": {"type": "dict", "default": {}},
    "timeout": {"type": "float", "default": 5.0},
    "edge": {"type": "bool", "default": False},
}


def check(requests: list[RequestSpec]) -> None:
    names = [request["name"] for request in requests]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SpecError(f"requests: two are named {', '.join(twice)}; give each a name of its own")
    for request in requests:
        if not request["path"].startswith("/"):
            raise SpecError(f"requests: {request['name']}: path {request['path']!r} has to begin with /; the slot's own port is asked")
        if not 0 < request["timeout"] <= 60:
            raise SpecError(f"requests: {request['name']}: timeout has to be more than 0 s and at most 60 s, not {request['timeout']:g}")
