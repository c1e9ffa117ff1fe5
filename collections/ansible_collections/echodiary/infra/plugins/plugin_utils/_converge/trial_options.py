# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy may ask of a release before it serves alone: declared requests, a growing share of the traffic, bounds. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._kinds.documents import BoundsSpec, RequestSpec, StepSpec
    from .shapes import Trial

STEP: dict[str, Any] = {
    "share": {"type": "float", "required": True},
    "hold": {"type": "float", "required": True},
}
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
BOUNDS: dict[str, Any] = {
    "errors": {"type": "int", "default": 3},
    "error_rate": {"type": "float", "default": 0.05},
    "in_flight": {"type": "int", "default": 8},
    "silence": {"type": "float", "default": 3.0},
    "memory": {"type": "float", "default": 0.9},
}
OPTIONS: dict[str, Any] = {
    "steps": {"type": "list", "elements": "dict", "default": [], "options": STEP},
    "requests": {"type": "list", "elements": "dict", "options": REQUEST},
    "bounds": {"type": "dict", "options": BOUNDS, "apply_defaults": True},
}
#: seconds that all holds together may take: one call to the host watches them, and a second one waits for it
LONGEST = 150.0


def read(args: Trial) -> Trial:
    """Checked as a whole: ``steps``, ``requests`` (None where nobody asks) and ``bounds``, as the host takes them."""
    _check_steps(args["steps"])
    _check_requests(args["requests"] or [])
    _check_bounds(args["bounds"])
    return {"steps": args["steps"], "requests": args["requests"], "bounds": args["bounds"]}


def _check_steps(steps: list[StepSpec]) -> None:
    shares = [step["share"] for step in steps]
    if shares != sorted(set(shares)) or any(not 0 < share <= 100 for share in shares):
        raise SpecError(f"steps: the shares {shares} do not grow from above 0 to at most 100 (percent of the host's requests)")
    holds = [step["hold"] for step in steps]
    if any(hold < 0 for hold in holds) or sum(holds) > LONGEST:
        raise SpecError(f"steps: the holds {holds} have to be 0 s or more, and {LONGEST:.0f} s at most together")


def _check_requests(requests: list[RequestSpec]) -> None:
    names = [request["name"] for request in requests]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SpecError(f"requests: two are named {', '.join(twice)}; give each a name of its own")
    for request in requests:
        if not request["path"].startswith("/"):
            raise SpecError(f"requests: {request['name']}: path {request['path']!r} has to begin with /; the slot's own port is asked")
        if not 0 < request["timeout"] <= 60:
            raise SpecError(f"requests: {request['name']}: timeout has to be more than 0 s and at most 60 s, not {request['timeout']:g}")


def _check_bounds(bounds: BoundsSpec) -> None:
    if bounds["errors"] < 1 or bounds["in_flight"] < 1 or bounds["silence"] <= 0:
        raise SpecError("bounds: errors and in_flight have to be 1 or more, silence more than 0 s")
    for name, share in (("error_rate", bounds["error_rate"]), ("memory", bounds["memory"])):
        if not 0 < share <= 1:
            raise SpecError(f"bounds: {name} is a share, more than 0 and at most 1, not {share:g}")
