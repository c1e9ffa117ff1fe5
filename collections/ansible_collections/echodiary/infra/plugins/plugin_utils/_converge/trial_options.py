# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy may ask of a release before it serves alone: declared requests, a growing share of the traffic, bounds. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._common.errors import SpecError
from .._component import requests

if TYPE_CHECKING:
    from ...module_utils._kinds.documents import BoundsSpec, StepSpec
    from .shapes import Trial

STEP: dict[str, Any] = {
    "share": {"type": "float", "required": True},
    "hold": {"type": "float", "required": True},
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
    "requests": {"type": "list", "elements": "dict", "options": requests.REQUEST},
    "bounds": {"type": "dict", "options": BOUNDS, "apply_defaults": True},
}
#: seconds that all holds together may take: one call to the host watches them, and a second one waits for it
LONGEST = 150.0


def read(args: Trial) -> Trial:
    """Checked as a whole: ``steps``, ``requests`` (None where nobody asks) and ``bounds``, as the host takes them."""
    _check_steps(args["steps"])
    requests.check(args["requests"] or [])
    _check_bounds(args["bounds"])
    return {"steps": args["steps"], "requests": args["requests"], "bounds": args["bounds"]}


def _check_steps(steps: list[StepSpec]) -> None:
    shares = [step["share"] for step in steps]
    if shares != sorted(set(shares)) or any(not 0 < share <= 100 for share in shares):
        raise SpecError(f"steps: the shares {shares} do not grow from above 0 to at most 100 (percent of the host's requests)")
    holds = [step["hold"] for step in steps]
    if any(hold < 0 for hold in holds) or sum(holds) > LONGEST:
        raise SpecError(f"steps: the holds {holds} have to be 0 s or more, and {LONGEST:.0f} s at most together")


def _check_bounds(bounds: BoundsSpec) -> None:
    if bounds["errors"] < 1 or bounds["in_flight"] < 1 or bounds["silence"] <= 0:
        raise SpecError("bounds: errors and in_flight have to be 1 or more, silence more than 0 s")
    for name, share in (("error_rate", bounds["error_rate"]), ("memory", bounds["memory"])):
        if not 0 < share <= 1:
            raise SpecError(f"bounds: {name} is a share, more than 0 and at most 1, not {share:g}")
