# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of ``release`` does on the controller: it looks, or it rolls one component."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from .._common.errors import SpecError
from . import migrate, prepare, trial_options
from . import result as outcome
from .loop import Lease, Loop

if TYPE_CHECKING:
    from ...module_utils._kinds import documents
    from .run import Run
    from .shapes import ReleaseOptions, Summary

#: states in which what serves stays as it is
LOOKING = ("prepared", "resolved", "read", prepare.MIGRATED)


def look(args: ReleaseOptions, run: Run) -> dict[str, Any]:
    """What serves and what rests; with ``prepared``, where a release is staged and how it reaches its database."""
    asked = prepare.Asked(args["state"], args["image"] or "")
    if args["state"] == "resolved":
        return {"changed": False, **prepare.ask(asked, [], run)}
    spec = _release(args, run)
    answer = prepare.ask(asked, [spec], run)
    release, project = cast("documents.ReleaseSpec", spec["release"]), cast("documents.ProjectSpec", spec["compose"])
    prepare.add_access(answer, release)
    return {
        "changed": "migration" in answer,
        **answer,
        "environment": project["services"][release["service"]]["environment"],
        "migrate": migrate.tool(release["migrate"]),
        "probes": prepare.probes(spec, answer["release"]["slot"]),
    }


def roll(args: ReleaseOptions, run: Run, *, diff: bool) -> Summary:
    """A component with slots rolls, with the wish in ``args``; any other is only restarted, in place."""
    spec = _restarting(args, run) if args["state"] == "restarted" else _release(args, run)
    if spec["release"]:
        _wish(spec["release"], args)
    answers = Loop(run, [spec], Lease(held=True)).until_done()
    found = outcome.summary(answers, [spec["name"]], run.check)
    # every other component of the host: this task was asked about one
    del found["undeclared"]
    if diff:
        found["diff"] = outcome.diffs(found["components"])
    return {**found, "release": found["components"][0].get("release") or {}}


def _wish(release: documents.ReleaseSpec, args: ReleaseOptions) -> None:
    trial = trial_options.read(args)
    release["state"], release["expect"] = args["state"], args["expect"]
    release["migrated"], release["permitted"] = not args["migrate"], True
    release["steps"], release["requests"], release["bounds"] = trial["steps"], trial["requests"], trial["bounds"]


def _restarting(args: ReleaseOptions, run: Run) -> documents.ComponentSpec:
    """A component with slots rolls; any other restarts in place, and has to be healthy afterwards."""
    (spec,) = run.specs.of([args["component"]])
    return spec if spec["release"] else {**spec, "restart": True}


def _release(args: ReleaseOptions, run: Run) -> documents.ComponentSpec:
    (spec,) = run.specs.of([args["component"]])
    if not spec["release"]:
        raise SpecError(f"component {spec['name']} has no slots (component.yml: release); converge restarts it in place")
    return spec
