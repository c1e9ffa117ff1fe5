# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a release's own Python runs, in its image or in a virtual environment: options that several modules share. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._common.errors import SpecError

ARGUMENTS: dict[str, Any] = {
    "image": {"type": "str"},
    "virtualenv": {"type": "path"},
    "directory": {"type": "path"},
    "config": {"type": "str", "default": "alembic.ini"},
    "section": {"type": "str", "default": "alembic"},
    "python": {"type": "str"},
    "env_file": {"type": "path"},
    "environment": {"type": "dict", "default": {}, "no_log": True},
    "network": {"type": "str"},
    "volumes": {"type": "list", "elements": "str", "default": []},
    "docker_options": {"type": "list", "elements": "str", "default": []},
    "pull": {"type": "str", "choices": ["missing", "never", "always"], "default": "missing"},
}
RULES: dict[str, Any] = {
    "mutually_exclusive": [["image", "virtualenv"]],
    "required_one_of": [["image", "virtualenv"]],
    "required_by": {"virtualenv": ["directory"]},
}
_PLACE = ("virtualenv", "directory", "python", "env_file", "network", "volumes", "docker_options", "pull")


def run(given: dict[str, Any], image: str | None, request: dict[str, Any], timeout: int, settings: dict[str, int]) -> dict[str, Any]:
    """One run for the host's half. ``given`` has the values of ARGUMENTS; ``settings`` (ms) reach PostgreSQL through PGOPTIONS."""
    # Through PGOPTIONS: no image has to be changed for it.
    common = {"config": given["config"], "section": given["section"], "options": settings}
    return {
        "place": {"image": image, **{name: given[name] for name in _PLACE}},
        "environment": {name: str(value) for name, value in given["environment"].items()},
        "timeout": timeout,
        "request": {**common, **request},
    }


def first(given: dict[str, Any], answer: dict[str, Any], trouble: Callable[[dict[str, Any], str], str]) -> dict[str, Any]:
    """What the first run found. Raises SpecError with the reason where it found nothing; ``trouble`` puts the release's own into words."""
    if answer.get("failed"):
        raise SpecError(answer["msg"])
    found: dict[str, Any] = answer["answers"][0]
    if "error" in found:
        raise SpecError(trouble(found["error"], given["image"] or given["virtualenv"]))
    return found
