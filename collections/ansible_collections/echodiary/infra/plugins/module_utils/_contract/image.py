# SPDX-License-Identifier: GPL-3.0-or-later
"""What an image says of itself, before anything of it runs; and for which platforms a registry has it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from .._host import docker, masking, platforms, registry
from .._host.errors import ConvergeError
from .._kinds import compose
from .._release import images

if TYPE_CHECKING:
    from .shapes import Image, Manifest

#: what is named like a secret and tells where one is
_PLACES = ("_FILE", "_PATH", "_DIR")


def have(manifest: Manifest) -> str:
    """Pulled unless it is here, or in a check only asked for; why it cannot be had, or nothing. One for other machines is left there."""
    if docker.image_id(manifest["image"]):
        return ""
    offered = docker.offered(manifest["image"])
    if manifest["check"] or platforms.refusal(manifest["image"], offered.platforms):
        return registry.refusal(manifest["image"], offered.said) if offered.said else ""
    try:
        images.room(manifest["min_free"])
        compose.pull([manifest["image"]])
    except ConvergeError as error:
        return str(error)
    return ""


def look(reference: str) -> Image | None:
    """None where it is not on this host."""
    answer = docker.get(f"/images/{quote(reference, safe='/:@')}/json")
    if answer.status != 200:
        return None
    found = answer.json()
    config = found.get("Config") or {}
    return {
        "platform": f"{found.get('Os', 'linux')}/{found.get('Architecture', '')}",
        "user": str(config.get("User") or ""),
        "words": [*(config.get("Entrypoint") or []), *(config.get("Cmd") or [])],
        "secrets": secrets(config.get("Env") or []),
        "healthcheck": list((config.get("Healthcheck") or {}).get("Test") or []),
    }


def secrets(environment: list[str]) -> list[str]:
    """Names of variables whose values are secrets. Pure."""
    given = [entry.partition("=")[::2] for entry in environment]
    return sorted(name for name, value in given if value and not name.endswith(_PLACES) and masking.find({name: value}))
