# SPDX-License-Identifier: GPL-3.0-or-later
"""`lab down`: everything with this lab's label goes, and nothing else. Images are shared and go with the last lab."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError

from lab import alias, containers, inventory, labels, networks
from lab.errors import LabError
from lab.progress import Progress
from lab.settings import Settings

KEEP = {"dockerd.log"}  # of an engine that goes on running


def down(client: docker.DockerClient, lab: Settings, progress: Progress, *, keep_images: bool = False) -> None:
    _same_checkout(client, lab)
    with progress.step("lab") as step:
        step.result = remove(client, lab)
    _images(client, lab, progress, keep_images)
    inventory.remove(lab)
    _clear(lab)


def remove(client: docker.DockerClient, lab: Settings) -> str:
    """Removes the lab's containers, network and volumes; returns how many of each there were."""
    found = containers.of_lab(client, lab)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(containers.remove, found))
    removed = networks.remove(client, lab)
    volumes = client.volumes.list(filters=labels.filters(lab))
    for volume in volumes:
        volume.remove(force=True)
    return f"{len(found)} containers, {removed} networks, {len(volumes)} volumes removed"


def other_labs(client: docker.DockerClient, lab: Settings) -> set[str]:
    """Names of the labs on this machine that still use the shared images."""
    found = {c.labels.get(labels.LAB, "") for c in client.containers.list(all=True, filters={"label": labels.LAB})}
    found |= {str(n.attrs["Labels"][labels.LAB]) for n in client.networks.list(filters={"label": labels.LAB})}
    return found - {lab.name}


def _images(client: docker.DockerClient, lab: Settings, progress: Progress, keep: bool) -> None:
    others = sorted(other_labs(client, lab))
    if others or keep:
        progress.say("images", f"kept: still used by lab {', '.join(others)}" if others else "kept, as asked")
        return
    with progress.step("images") as step:
        step.result = f"{remove_images(client)} removed"


def remove_images(client: docker.DockerClient) -> int:
    """Removes labelled images until none is left or none gives way (one stands on another)."""
    removed = 0
    while True:
        found = client.images.list(filters={"label": labels.IMAGE})
        gone = sum(_remove_image(client, image) for image in found)
        removed += gone
        if not gone:
            return removed


def _remove_image(client: docker.DockerClient, image: Any) -> bool:
    try:
        client.images.remove(image.id, force=True)
    except APIError as error:
        if error.status_code in (404, 409):
            return False
        raise
    return True


def _same_checkout(client: docker.DockerClient, lab: Settings) -> None:
    for container in containers.of_lab(client, lab):
        home = container.labels.get(labels.HOME, "")
        if home != str(lab.state) and Path(home).exists():
            raise LabError(f"Lab '{lab.name}' belongs to another checkout ({home}). Run 'python -m lab down' there.")


def _clear(lab: Settings) -> None:
    """Empties the state directory; another lab's, inside the default one, stays."""
    if not lab.state.is_dir():
        return
    for path in lab.state.iterdir():
        if path.name in KEEP or ((path / "ssh").is_dir() and path != alias.place(lab)):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    if not any(lab.state.iterdir()):
        lab.state.rmdir()
