# SPDX-License-Identifier: GPL-3.0-or-later
"""Before anything that serves is touched: an image by its digest, a release's image and environment on the host, what runs now."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from .._converge.host import STATE_DIR, Host
from .._host import docker, masking, registry
from .._kinds import model
from .._release import images, migration, slots
from .._release.rollout import Rollout

if TYPE_CHECKING:
    from .._converge import exchange
    from .._kinds import documents
    from .._release.shapes import Staged
    from .shapes import Prepared, Release


MIGRATED = "migrated"
#: states for which a release is staged
STAGING = ("prepared", MIGRATED)


def run(manifest: exchange.Manifest) -> Prepared:
    """``manifest``: prepare (``resolved``, ``prepared``, ``migrated`` or ``read``), and image or components (one)."""
    if not docker.running():
        raise model.ConvergeError("Docker does not run on this host; start it (systemctl start docker) or converge component docker first")
    if manifest["prepare"] == "resolved":
        return {"image": images.resolve(manifest["image"])}
    spec = cast("documents.RolledSpec", manifest["components"][0])
    try:
        return masking.mask(_of(spec, manifest), spec["secrets"])
    except model.ConvergeError as error:
        raise model.ConvergeError(masking.mask(str(error), spec["secrets"])) from error


def _of(spec: documents.RolledSpec, manifest: exchange.Manifest) -> Prepared:
    host = Host(manifest["components"][:1], manifest["check"], manifest["claimed"], manifest.get("state_dir") or STATE_DIR)
    rollout = Rollout({**spec, "release": {**spec["release"], "state": "present"}}, host)
    answer: Prepared = {"release": _told(rollout), "notes": rollout.standing.notes}
    stages = manifest["prepare"] in STAGING
    lacking = rollout.current.view.lacking() if stages and not manifest["check"] else []
    if lacking:
        answer["needs"] = {"contents": lacking}
    elif stages:
        rollout.judge_jobs()
        answer["prepared"] = _prepared(rollout, manifest["check"])
    if manifest["prepare"] == MIGRATED and "prepared" in answer and not manifest["check"]:
        answer["migration"] = migration.migrate(rollout.spec, _policy(rollout.spec), answer["prepared"])
    return answer


def _policy(spec: documents.RolledSpec) -> documents.MigrateSpec:
    policy = spec["release"]["migrate"]
    if not policy or not policy["command"]:
        raise model.ConvergeError(f"{spec['name']} has no migrate.command in its release, so there is nothing to run")
    return policy


def _told(rollout: Rollout) -> Release:
    """What runs, what rests, and whether the wanted release would be rolled out here."""
    now = rollout.standing
    held = now.record["releases"]
    changes = rollout.current.view.plan.acting()
    return {
        "slot": now.active,
        "running": held.get(now.active) or None,
        "previous": held.get(now.idle) or None,
        "wanted": {"image": rollout.release["image"], "config": rollout.release["config"]},
        "differs": bool(changes),
        "rolls": rollout.rolls() or not now.active,
        "kept": now.record["images"],
        "directory": slots.directory(rollout.spec, now.active) if now.active else "",
    }


def _prepared(rollout: Rollout, check: bool) -> Staged:
    """A preview leaves nothing behind: it looks through the environment of the release that runs."""
    if not check:
        return images.prepare(rollout.spec, rollout.current.view.want.files, rollout.standing.serving, rollout.host.state_dir)
    _published(rollout.release["image"])
    now = rollout.standing
    directory = slots.directory(rollout.spec, now.active) if now.active else ""
    return {"directory": directory if os.path.isdir(directory) else "", "image": rollout.release["image"]}


def _published(reference: str) -> None:
    if docker.image_id(reference) is None:
        offered = docker.offered(reference)
        if offered.said:
            raise model.ConvergeError(registry.refusal(reference, offered.said))
        images.refuse_foreign(reference, offered.platforms)
