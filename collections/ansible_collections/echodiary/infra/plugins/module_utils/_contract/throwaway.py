# SPDX-License-Identifier: GPL-3.0-or-later
"""The Compose project of the copy: what it is made of, and its end. It takes along all that it made, and nothing that others have."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .._host import docker
from .._host.errors import ConvergeError
from .workspace import SLOT, write_text

if TYPE_CHECKING:
    from .shapes import Manifest
    from .workspace import Workspace


def write(space: Workspace, manifest: Manifest) -> list[str]:
    """The copy's own file; what stands in for what is missing here."""
    missing = _bind(space, os.path.dirname(manifest["compose"]).replace("{slot}", SLOT))
    networks = {one["Name"] for one in _listed("/networks")}
    tried = copied(space.document, manifest["service"], volumes(), networks)
    write_text(space.file, json.dumps(tried))
    return [*space.stood_in, *missing]


def _bind(space: Workspace, place: str) -> list[str]:
    """Directories of the slot are the workspace's, empty where no file is in them. Another one that is not on this host (yet) is made, for
    everybody to write."""
    missing = []
    binds = [one for service in space.document["services"].values() for one in service.get("volumes") or [] if one.get("type") == "bind"]
    for number, one in enumerate(binds):
        source = one["source"]
        if source.startswith(place + "/"):
            source = one["source"] = space.root + source[len(place) :]
        if source.startswith(space.root + "/"):
            _there(source)
        elif not os.path.exists(source):
            missing.append(source)
            one["source"] = os.path.join(space.root, f"stands-in-{number}")
            os.mkdir(one["source"])
            os.chmod(one["source"], 0o777)  # noqa: S103 - below a directory of root's alone, and empty
    return missing


def _there(path: str) -> None:
    if not os.path.exists(path):
        os.makedirs(path)


def volumes() -> set[str]:
    """Names of all that this host has."""
    return {one["Name"] for one in _listed("/volumes")}


def _listed(target: str, **filters: list[str]) -> list[dict[str, Any]]:
    """Not to know what there is would be to take others' away."""
    answer = docker.get(f"{target}?filters={quote(json.dumps(filters))}", 30)
    if answer.status != 200:
        raise ConvergeError(f"Docker does not answer here ({answer.status} {answer.text[:120]}); look at: systemctl status docker")
    found: Any = answer.json()
    listed: list[dict[str, Any]] = (found.get("Volumes") if isinstance(found, dict) else found) or []
    return listed


def copied(document: dict[str, Any], name: str, volumes: set[str], networks: set[str]) -> dict[str, Any]:
    """As it is, but it comes back for nobody, and its own file system can be written to: so Docker tells afterwards what was. Pure."""
    services = {key: {**service, "restart": "no"} for key, service in document["services"].items()}
    for service in services.values():
        service.pop("container_name", None)
    labels = {**(services[name].get("labels") or {}), "echodiary.infra": SLOT}
    services[name] = {**services[name], "read_only": False, "labels": labels}
    kept = {"volumes": _outside(document.get("volumes"), volumes), "networks": _outside(document.get("networks"), networks)}
    return {**document, "services": services, **{key: value for key, value in kept.items() if value}}


def _outside(declared: dict[str, Any] | None, there: set[str]) -> dict[str, Any]:
    """What is there already is not the copy's to make or to take away."""
    return {
        key: {"name": one["name"], "external": True} if one and one.get("name") in there else one for key, one in (declared or {}).items()
    }


def take_leftovers_away(project: str) -> None:
    """Of a run that was killed. A volume that has a name may be somebody's by now."""
    take_away(project, {name for name in volumes() if not name.startswith(f"{project}_")})


def take_away(project: str, kept: set[str]) -> None:
    """All that the copy made, at once: it has nothing to end well. ``kept``: volumes that were there before."""
    own = {"label": [f"com.docker.compose.project={project}"]}
    docker.kill_all(project)
    for one in _listed("/containers/json", **own, status=["created", "exited", "dead", "running", "paused", "restarting"]):
        docker.delete(f"/containers/{one['Id']}?force=1&v=1")
    for one in _listed("/networks", **own):
        docker.delete(f"/networks/{one['Id']}")
    for name in {one["Name"] for one in _listed("/volumes", **own)} - kept:
        docker.delete(f"/volumes/{quote(name)}")
