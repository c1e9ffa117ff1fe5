# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done for users before the other slot is up, where the one that serves answers nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._host import docker, haproxy, http
from .._kinds import compose

if TYPE_CHECKING:
    from .._kinds import documents
    from .look import Standing


def reconnect(standing: Standing, project: documents.ProjectSpec | None) -> None:
    """A slot that was taken from its networks gets them back for that long, as far as that is possible."""
    if not project or not standing.active:
        return
    lost = _lost(project, standing.live.get(standing.active, {}))
    back = [docker.connect(network, one.id, one.service) for one, network in lost]
    port = standing.release["slots"][standing.active]
    if any(back) and standing.servers and http.request("GET", f"http://127.0.0.1:{port}/", 1.0).status:
        haproxy.ask(standing.edge, f"set server {standing.edge['backend']}/{standing.active} health up")


def spare(standing: Standing) -> None:
    """What answers nobody gets no more requests once another slot is about to: for a moment both would have been asked."""
    if standing.edge["socket"]:
        haproxy.tell(standing.edge, standing.active, haproxy.DRAIN)


def _lost(project: documents.ProjectSpec, live: dict[str, list[docker.Container]]) -> list[tuple[docker.Container, str]]:
    """Containers that run, each with a network that it is not in. Pure."""
    running = [(name, one) for name, several in live.items() if name in project["services"] for one in several if one.state == "running"]
    return [(one, network) for name, one in running for network in compose.networks_of(project, name) or [] if network not in one.networks]
