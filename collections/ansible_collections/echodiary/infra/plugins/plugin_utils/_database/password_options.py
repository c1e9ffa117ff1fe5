# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``database_password`` takes, asks of a release, and returns. Pure."""

from __future__ import annotations

from typing import Any

from .._common.errors import SpecError
from .._inside import place, words

ARGUMENTS: dict[str, Any] = {
    "role": {"type": "str", "required": True},
    "password": {"type": "str", "no_log": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "timeout": {"type": "int", "default": 60},
    **place.ARGUMENTS,
}
RULES: dict[str, Any] = {**place.RULES, "required_if": [("state", "present", ["password"])]}
SHORTEST = 12


def request(arguments: dict[str, Any], *, look: bool) -> dict[str, Any]:
    """The run that changes it, or only looks. Raises SpecError for a password that anybody could guess."""
    password = arguments["password"] if arguments["state"] == "present" else ""
    if arguments["state"] == "present" and len(password) < SHORTEST:
        raise SpecError(f"password: has fewer than {SHORTEST} characters")
    asked = {"do": "password", "role": arguments["role"], "password": password, "look": look}
    settings = {"lock_timeout": 3000, "statement_timeout": arguments["timeout"] * 1000}
    return place.run(arguments, arguments["image"], asked, arguments["timeout"], settings)


def result(arguments: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The task's result. Raises SpecError with the reason where there is none."""
    found = place.first(arguments, answer, words.trouble)
    return {"changed": found["changed"], "role": arguments["role"]}
