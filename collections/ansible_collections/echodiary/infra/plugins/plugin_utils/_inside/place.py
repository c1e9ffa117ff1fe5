# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a release's own Python runs, in its image or in a virtual environment: options that several modules share. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypedDict

from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._alembic.shapes import Run, Said
    from ...module_utils._inside.shapes import Asked, Error


class Options(TypedDict):
    """A task's values of ARGUMENTS."""

    image: str | None
    virtualenv: str | None
    directory: str | None
    config: str
    section: str
    python: str | None
    env_file: str | None
    environment: dict[str, str | float]
    network: str | None
    volumes: list[str]
    docker_options: list[str]
    pull: str


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


def run(given: Options, image: str | None, request: Asked, timeout: int, settings: dict[str, int]) -> Run:
    """One run for the host's half. ``settings`` (ms) reach PostgreSQL through PGOPTIONS, so that no image is changed for them."""
    return {
        "place": {
            "image": image,
            "virtualenv": given["virtualenv"],
            "directory": given["directory"],
            "python": given["python"],
            "env_file": given["env_file"],
            "network": given["network"],
            "volumes": given["volumes"],
            "docker_options": given["docker_options"],
            "pull": given["pull"],
        },
        "environment": {name: str(value) for name, value in given["environment"].items()},
        "timeout": timeout,
        "request": {"config": given["config"], "section": given["section"], "options": settings, **request},
    }


def first(given: Options, answer: Said, trouble: Callable[[Error, str], str]) -> Any:
    """What the first run found. Raises SpecError with the reason where it found nothing; ``trouble`` puts the release's own into words."""
    if answer.get("failed"):
        raise SpecError(answer["msg"])
    found = answer["answers"][0]
    if "error" in found:
        raise SpecError(trouble(found["error"], given["image"] or given["virtualenv"] or ""))
    return found
