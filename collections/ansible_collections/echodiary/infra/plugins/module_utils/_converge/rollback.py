# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes a component back: previous files, previous processes. The first error stays the one that is told.

Nothing here raises: whatever cannot be done is told, and the rest is still done. And nothing is started on files that their own
program rejects: what was there before we came may have been broken by hand, with a process that never read it still serving.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .._host import docker
from .._host.run import must
from .._kinds import compose, kinds, model, units
from . import apply, component_health, health, hindrance, staging, transaction
from .view import View

REVERSE = {"start": "stop", "stop": "start", "enable": "disable", "disable": "enable"}


def take_back(view: View, journal: transaction.Transaction) -> tuple[str, health.Verdict]:
    """What was achieved, in words, and how the component is now."""
    failures: list[str] = []
    if _is_first_installation(view):
        _attempt(failures, compose.down, view.spec["compose"])
        _attempt(failures, _reverse_units, view, "")
    failures += journal.take_back()
    for change in [*view.plan.units, *view.plan.retiring]:
        _attempt(failures, kinds.take_back, change)
    rejected = _rejected(view)
    _attempt(failures, _restore_processes, view, rejected)
    view.host.forget()
    if failures:
        return "taking back was incomplete (" + "; ".join(failures) + ")" + rejected, health.Verdict("Unknown")
    return _outcome(view, rejected)


def _attempt(failures: list[str], step: Callable[..., None], *arguments: Any) -> None:
    try:
        step(*arguments)
    except OSError as error:
        failures.append(f"{error.filename}: {hindrance.explain(error.filename, error)}" if error.filename else str(error))
    except Exception as error:
        failures.append(str(error) or type(error).__name__)


def _outcome(view: View, rejected: str) -> tuple[str, health.Verdict]:
    if view.idle:
        return "taken back", health.Verdict("Unknown")
    try:
        if not view.last["resources"]:
            return "taken back" + rejected, component_health.now(view)
        # the previous configuration answers where it always did, which need not be where the refused one would have
        checks = view.last["health"]
        verdict = health.wait(lambda: component_health.now(view, checks), health.deadline_of(checks))
    except Exception as error:
        return f"taken back{rejected}; how it is now could not be seen ({error})", health.Verdict("Unknown")
    if rejected:
        return f"taken back{rejected}", verdict
    return f"taken back; the previous state is {verdict.health}", verdict


def _is_first_installation(view: View) -> bool:
    return bool(view.spec["compose"]) and bool(view.plan.services) and not view.last["services"] and docker.running()


def _rejected(view: View) -> str:
    """What the validators have against the files that are back; empty when none of them would be loaded anyway."""
    if view.idle or not _starts_something(view):
        return ""
    try:
        said = staging.refusal(view.last.get("validate", view.spec["validate"]), [*view.want.files, *view.formerly_applied()])
    except (model.ConvergeError, OSError) as error:
        said = f"they could not be validated ({error})"
    left = "what runs was left as it runs, and not restarted; correct them, or declare what is wanted and converge again"
    return f", but the previous files are no good: {said}; {left}" if said else ""


def _starts_something(view: View) -> bool:
    stopped = any(change.action == "stop" and change.origin != model.CORRECTIVE for change in view.plan.units)
    return stopped or bool(view.plan.retiring) or bool(view.plan.services) or bool(view.plan.processes)


def _restore_processes(view: View, rejected: str) -> None:
    if apply.changes_unit_files(view.plan):
        must(["systemctl", "daemon-reload"])
    _reverse_units(view, rejected)
    project = view.spec["compose"]
    if project and view.plan.services and os.path.exists(project["file"]) and not rejected:
        compose.create(project) if view.idle else compose.up(project, {})
    if view.idle or rejected:
        return
    for left in view.projects:
        compose.come_back(left)
    for change in view.plan.processes:
        _restart(view, change.name)


def _reverse_units(view: View, rejected: str) -> None:
    """Back to how git last had them; a unit that somebody had stopped by hand is not stopped again."""
    for change in [*view.plan.units, *reversed(view.plan.retiring)]:
        reverse = REVERSE.get(change.action)
        if reverse and change.origin != model.CORRECTIVE and not (rejected and reverse == "start"):
            units.try_to(change.name, reverse)


def _restart(view: View, name: str) -> None:
    """Whatever loaded the refused files has to load the previous ones; their old dates would not tell."""
    if name in view.spec["units"]:
        units.tell(name, "restart")
        return
    for container in compose.read(view.spec["compose"]).get(name, []) if view.spec["compose"] else []:
        compose.restart(container)
