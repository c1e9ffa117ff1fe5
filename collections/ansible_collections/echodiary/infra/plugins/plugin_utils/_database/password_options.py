# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``database_password`` takes, asks of a release, and returns. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._common.errors import SpecError
from .._inside import place, words
from . import administrator_call

if TYPE_CHECKING:
    from ...module_utils._alembic.shapes import Run, Said
    from ...module_utils._inside.shapes import Asked, Changed

ARGUMENTS: dict[str, Any] = {
    "role": {"type": "str", "required": True},
    "password": {"type": "str", "no_log": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "timeout": {"type": "int", "default": 60},
    "component": {"type": "str"},
    **place.ARGUMENTS,
}
RULES: dict[str, Any] = {**place.RULES, "required_if": [("state", "present", ["password"])]}
SHORTEST = 12


class Options(administrator_call.Options):
    """A task's values of ARGUMENTS."""

    role: str
    password: str | None
    state: str
    timeout: int


def request(arguments: Options, *, look: bool) -> Run:
    """The run that changes it, or only looks. Raises SpecError for a password that anybody could guess."""
    password = (arguments["password"] or "") if arguments["state"] == "present" else ""
    if arguments["state"] == "present" and len(password) < SHORTEST:
        raise SpecError(f"password: has fewer than {SHORTEST} characters")
    asked: Asked = {"do": "password", "role": arguments["role"], "password": password, "look": look}
    settings = {"lock_timeout": 3000, "statement_timeout": arguments["timeout"] * 1000}
    return place.run(arguments, arguments["image"], asked, arguments["timeout"], settings)


def result(arguments: Options, answer: Said) -> dict[str, Any]:
    """The task's result. Raises SpecError with the reason where there is none."""
    found: Changed = place.first(arguments, answer, words.trouble)
    return {"changed": found["changed"], "role": arguments["role"]}
