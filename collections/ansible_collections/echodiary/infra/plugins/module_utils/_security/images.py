# SPDX-License-Identifier: GPL-3.0-or-later
"""When the images were made that run here."""

from __future__ import annotations

from .._host import docker
from .._host.errors import ConvergeError
from .shapes import Image


def running() -> list[Image]:
    """ConvergeError where Docker does not say."""
    if not docker.running():
        return []
    listed = docker.get("/containers/json")
    if listed.status != 200:
        raise ConvergeError(f"Docker does not answer here ({listed.status} {listed.text[:120]}); look at: systemctl status docker")
    return [_of(one["Names"][0].lstrip("/"), one["ImageID"], one["Image"]) for one in listed.json()]


def _of(container: str, identity: str, reference: str) -> Image:
    answer = docker.get(f"/images/{docker.quote(identity)}/json")
    said = answer.json() if answer.status == 200 else {}
    return {"container": container, "reference": _named(reference, said), "created": str(said.get("Created") or "")}


def _named(reference: str, said: dict[str, list[str]]) -> str:
    """An image that lost its name since goes by an identity, which says nothing."""
    names = [*(said.get("RepoTags") or []), *(said.get("RepoDigests") or [])]
    return names[0] if reference.startswith("sha256:") and names else reference
