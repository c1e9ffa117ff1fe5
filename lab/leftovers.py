# SPDX-License-Identifier: GPL-3.0-or-later
"""What a checkout that is not coming back left behind: a lab of this name that stands still (LAB_REPLACE_STOPPED=1)."""

from __future__ import annotations

import docker

from lab import containers, down, labels
from lab.progress import Progress
from lab.settings import Settings


def remove(client: docker.DockerClient, lab: Settings, progress: Progress) -> None:
    """Removes another checkout's lab of this name when none of its containers runs; for machines of which nobody else makes use.

    A lab of this path whose keys are gone is another checkout's too: nobody can log in to its hosts any more.
    """
    if not lab.replace_stopped:
        return
    found = containers.of_lab(client, lab)
    homes = {container.labels.get(labels.HOME) for container in found}
    homes |= {(network.attrs.get("Labels") or {}).get(labels.HOME) for network in client.networks.list(filters=labels.filters(lab))}
    ours = {str(lab.state)} if (lab.state / "ssh").is_dir() else set()
    if homes <= ours or any(container.status == "running" for container in found):
        return
    with progress.step("abandoned lab") as step:
        down.remove(client, lab)
        step.result = f"'{lab.name}' removed: nothing of it was running"
