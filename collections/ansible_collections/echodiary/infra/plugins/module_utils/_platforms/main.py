# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: which of these images cannot run on it. Nothing is pulled to find out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._host import docker, platforms

if TYPE_CHECKING:
    from .shapes import Answer, Asked


def run(manifest: Asked) -> Answer:
    answer: Answer = {"refused": [], "unknown": []}
    if not docker.running():
        return {**answer, "unknown": ["Docker does not run on this host, so no image was asked for"] if manifest["images"] else []}
    for reference in manifest["images"]:
        why, silent = _look(reference)
        answer["refused"] += [why] if why else []
        answer["unknown"] += [f"image {reference}: the registry does not say for which machines it is ({silent[:100]})"] if silent else []
    return answer


def _look(reference: str) -> tuple[str, str]:
    here = docker.platform_of(reference)
    if here:
        return platforms.refusal(reference, [here]), ""
    offered = docker.offered(reference)
    return platforms.refusal(reference, offered.platforms), offered.said
