# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of ``release`` does on the controller: it looks, or it rolls one component."""

from __future__ import annotations

from typing import Any, cast

from ...module_utils._kinds import documents
from .._common.errors import SpecError
from . import migrate, trial_options
from . import result as outcome
from .loop import Lease, Loop
from .run import Run

#: states that change nothing
LOOKING = ("prepared", "resolved", "read")


def look(args: dict[str, Any], run: Run) -> dict[str, Any]:
    """What serves and what rests; with ``prepared``, where a release is staged and how it reaches its database."""
    manifest: dict[str, Any] = {"check": run.check, "prepare": args["state"], "image": args["image"], "claimed": []}
    if args["state"] == "resolved":
        return {"changed": False, **run.ask(manifest)}
    spec = _release(args, run)
    answer = _with_contents({**manifest, "components": [spec]}, run)
    release, project = cast("documents.ReleaseSpec", spec["release"]), cast("documents.ProjectSpec", spec["compose"])
    for place in (answer["release"], answer.get("prepared") or {}):
        if place.get("directory"):
            place.update(migrate.access(release["migrate"], place["directory"]))
    service = project["services"][release["service"]]
    return {"changed": False, **answer, "environment": service["environment"]}


def _with_contents(manifest: dict[str, Any], run: Run) -> dict[str, Any]:
    """One call, and another one when the host lacks contents that are too long to be sent with every call."""
    answer = run.ask(manifest)
    if not answer.get("needs"):
        return answer
    delivery = run.delivery()
    try:
        why = run.bring(delivery, manifest["components"][0]["name"], answer["needs"])
        if why:
            raise SpecError(why)
        return run.ask({**manifest, "delivered": delivery.taken()})
    finally:
        delivery.clean()


def roll(args: dict[str, Any], run: Run, *, diff: bool) -> dict[str, Any]:
    """A component with slots rolls, with the wish in ``args``; any other is only restarted, in place."""
    spec = _restarting(args, run) if args["state"] == "restarted" else _release(args, run)
    release = cast("dict[str, Any] | None", spec["release"])
    if release:
        release.update(state=args["state"], expect=args["expect"], migrated=not args["migrate"], permitted=True)
        release.update(trial_options.read(args))
    answers = Loop(run, [spec], Lease(held=True)).until_done()
    found = outcome.summary(answers, [spec["name"]], run.check)
    # every other component of the host: this task was asked about one
    del found["undeclared"]
    if diff:
        found["diff"] = outcome.diffs(found["components"])
    return {**found, "release": found["components"][0].get("release") or {}}


def _restarting(args: dict[str, Any], run: Run) -> documents.ComponentSpec:
    """A component with slots rolls; any other restarts in place, and has to be healthy afterwards."""
    (spec,) = run.specs.of([args["component"]])
    return spec if spec["release"] else {**spec, "restart": True}


def _release(args: dict[str, Any], run: Run) -> documents.ComponentSpec:
    (spec,) = run.specs.of([args["component"]])
    if not spec["release"]:
        raise SpecError(f"component {spec['name']} has no slots (component.yml: release); converge restarts it in place")
    return spec
