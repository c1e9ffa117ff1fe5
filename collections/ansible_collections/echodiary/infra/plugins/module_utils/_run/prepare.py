# SPDX-License-Identifier: GPL-3.0-or-later
"""Before anything that serves is touched: an image by its digest, a release's image and environment on the host, what runs now."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from .._converge.host import STATE_DIR, Host
from .._host import docker, masking, registry
from .._kinds import documents, model
from .._release import images, slots
from .._release.rollout import Roller

if TYPE_CHECKING:
    from .shapes import Prepared, Release, Staged


def run(manifest: documents.Manifest) -> Prepared:
    """``manifest``: prepare (``resolved``, ``prepared`` or ``read``), and image or components (one)."""
    if not docker.running():
        raise model.ConvergeError("Docker does not run on this host; start it (systemctl start docker) or converge component docker first")
    if manifest["prepare"] == "resolved":
        return {"image": images.resolve(manifest["image"])}
    spec = cast("documents.RolledSpec", manifest["components"][0])
    host = Host(manifest["components"][:1], manifest["check"], manifest["claimed"], manifest.get("state_dir") or STATE_DIR)
    roller = Roller({**spec, "release": {**spec["release"], "state": "present"}}, host)
    answer: Prepared = {"release": _told(roller), "notes": roller.notes}
    lacking = roller.current.view.lacking() if manifest["prepare"] == "prepared" and not manifest["check"] else []
    if lacking:
        answer["needs"] = {"contents": lacking}
    elif manifest["prepare"] == "prepared":
        answer["prepared"] = _prepared(roller, manifest["check"])
    return masking.mask(answer, spec["secrets"])


def _told(roller: Roller) -> Release:
    """What runs, what rests, and whether the wanted release would be rolled out here."""
    held = roller.record["releases"]
    changes = roller.current.view.plan.acting()
    return {
        "slot": roller.active,
        "running": held.get(roller.active) or None,
        "previous": held.get(roller.idle) or None,
        "wanted": {"image": roller.release["image"], "config": roller.release["config"]},
        "differs": bool(changes),
        "rolls": roller.rolls() or not roller.active,
        "kept": roller.record["images"],
        "directory": slots.directory(roller.spec, roller.active) if roller.active else "",
    }


def _prepared(roller: Roller, check: bool) -> Staged:
    """A preview leaves nothing behind: it looks through the environment of the release that runs."""
    if not check:
        return images.prepare(roller.spec, roller.current.view.want.files, roller.serving, roller.host.state_dir)
    _published(roller.release["image"])
    directory = slots.directory(roller.spec, roller.active) if roller.active else ""
    return {"directory": directory if os.path.isdir(directory) else "", "image": roller.release["image"]}


def _published(reference: str) -> None:
    if docker.image_id(reference) is None:
        said = docker.published(reference)
        if said:
            raise model.ConvergeError(registry.refusal(reference, said))
