# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: an image and the service that it is for in, what was seen out. Nothing that serves is touched."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .._host import docker, masking, platforms
from .._host.errors import ConvergeError
from .._host.run import run as start
from .._host.run import tail
from . import image, throwaway, trial, workspace

if TYPE_CHECKING:
    from .shapes import Manifest, Observation, Said


def run(manifest: Manifest) -> Observation | dict[str, Any]:
    began, hidden = time.monotonic(), list(manifest["secrets"])
    try:
        seen = _observed(manifest, hidden)
    except (ConvergeError, OSError) as error:
        return {"failed": True, "msg": masking.mask(str(error), hidden)}
    seen["seconds"] = round(time.monotonic() - began, 2)
    return masking.mask(seen, hidden, keys=False)


def _observed(manifest: Manifest, hidden: list[str]) -> Observation:
    if not docker.running():
        raise ConvergeError("Docker does not run on this host; start it (systemctl start docker) or converge component docker first")
    had = image.have(manifest)
    found = image.look(manifest["image"])
    seen: Observation = {
        "machine": platforms.machine(),
        "had": had,
        "platforms": [] if found or had else list(docker.offered(manifest["image"]).platforms),
        "image": found,
        "service": None,
        "schema": None,
        "trial": None,
        "stood_in": [],
        "seconds": 0.0,
    }
    with workspace.opened(manifest) as space:
        _try(seen, manifest, space, hidden)
    return seen


def _try(seen: Observation, manifest: Manifest, space: workspace.Workspace, hidden: list[str]) -> None:
    """``hidden`` grows by what the service's environment has."""
    for service in space.document["services"].values():
        hidden += masking.find({name: str(value) for name, value in (service.get("environment") or {}).items()})
    service = seen["service"] = workspace.described(space.document, manifest["service"], space.port)
    found = seen["image"]
    if not found or not manifest["start"] or manifest["check"] or found["platform"] != seen["machine"]:
        return
    if manifest["migrate"] == "alembic":
        seen["schema"] = _schema(manifest["image"])
    throwaway.take_leftovers_away(space.project)
    before = throwaway.volumes()
    seen["stood_in"] = throwaway.write(space, manifest)
    try:
        seen["trial"] = trial.tried(manifest, space, found, service["port"])
    finally:
        throwaway.take_away(space.project, before)


def _schema(reference: str) -> Said:
    """Whether a migration could begin: no network, no environment, nothing but an import."""
    words = ["docker", "run", "--rm", "--network", "none", "--pids-limit", "512", "--label", "echodiary.infra=preflight"]
    done = start([*words, "--entrypoint", "python", reference, "-c", "import alembic"], timeout=60)
    return {"code": done.code, "text": tail(done.output, 2)}
