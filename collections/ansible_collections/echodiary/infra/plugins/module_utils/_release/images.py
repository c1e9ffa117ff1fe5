# SPDX-License-Identifier: GPL-3.0-or-later
"""A release's image on this host: there, of the right architecture, with room to spare; kept while a rollback may need it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING
from urllib.parse import quote

from .._converge import staging
from .._host import docker, platforms, registry
from .._host.run import run
from .._kinds import compose, model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._kinds import documents
    from .shapes import Staged

DATA_ROOT = "/var/lib/docker"


def prepare(spec: documents.RolledSpec, files: dict[str, model.File], slot: str, state_dir: str) -> Staged:
    """Everything a release needs before it may touch anything: its image is here, and its environment is staged.

    Returns ``directory`` (the slot's files as they would be, for root only), ``image``.
    """
    image = spec["release"]["image"]
    have(image, spec["release"]["min_free"])
    directory = os.path.join(state_dir, "prepared", spec["name"])
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory, mode=0o700)
    root = os.path.dirname(spec["compose"]["file"].replace("{slot}", slot))
    staging.build(directory, {path[len(root) :]: file for path, file in files.items() if path.startswith(root + "/")})
    return {"directory": directory, "image": image}


def have(reference: str, min_free: float = 0.0) -> None:
    """Pull it unless it is here; refuse one that cannot run on this machine, and pull nothing of it."""
    if docker.image_id(reference) is None:
        refuse_foreign(reference, docker.offered(reference).platforms)
        room(min_free)
        compose.pull([reference])
    _runs_here(reference)


def room(min_free: float) -> None:
    root = DATA_ROOT if os.path.isdir(DATA_ROOT) else "/"
    free = shutil.disk_usage(root).free
    if free < min_free * 2**30:
        raise model.ConvergeError(
            f"disk: {free / 2**30:.1f} GiB are free in {root}, {min_free:.1f} GiB are wanted; free some: docker image prune"
        )


def refuse_foreign(reference: str, offered: Sequence[str]) -> None:
    why = platforms.refusal(reference, offered)
    if why:
        raise model.ConvergeError(why)


def _runs_here(reference: str) -> None:
    here = docker.platform_of(reference)
    refuse_foreign(reference, [here] if here else [])


def resolve(reference: str) -> str:
    """The same image by digest, as the registry has it now. Asked through Docker, which knows the registry's settings."""
    repository, _, digest = reference.partition("@")
    if digest:
        return reference
    answer = docker.get(f"/distribution/{quote(reference, safe='/:@')}/json", timeout=30)
    if answer.status != 200:
        raise model.ConvergeError(registry.refusal(reference, str((answer.json() or {}).get("message", answer.text))))
    name, _, tag = repository.rpartition(":")
    return f"{name if name and '/' not in tag else repository}@{answer.json()['Descriptor']['digest']}"


def keep(component: str, references: list[str], count: int) -> list[str]:
    """Newest first, once each, the newest ``count`` kept and tagged, so that pruning leaves them alone; older ones go."""
    ordered = list(dict.fromkeys(references))
    for reference in ordered[:count]:
        _pin(component, reference)
    for reference in ordered[count:]:
        run(["docker", "rmi", pin_of(component, reference), reference], timeout=60)
    return ordered[:count]


def pin_of(component: str, reference: str) -> str:
    """A tag of our own: an image that is only known by its digest looks unused to ``docker image prune``."""
    digest = reference.partition("@sha256:")[2]
    tag = reference.rpartition("/")[2].partition(":")[2] or "latest"
    return f"echodiary.kept/{component}:{(digest or tag)[:40]}"


def _pin(component: str, reference: str) -> None:
    if docker.image_id(pin_of(component, reference)) is None:
        run(["docker", "tag", reference, pin_of(component, reference)], timeout=30)
