# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes a component back: previous files, previous processes. The first error stays the one that is told."""

from __future__ import annotations

import os

from . import acting, compose, docker, health, model, transaction, units, wellbeing
from .run import must, run
from .view import View

REVERSE = {"start": "stop", "stop": "start", "enable": "disable", "disable": "enable"}


def take_back(view: View, journal: transaction.Transaction) -> tuple[str, health.Verdict]:
    """What was achieved, in words, and how the component is now."""
    if _is_first_installation(view):
        compose.down(view.spec["compose"])
        _reverse_units(view)
    failures = journal.take_back()
    try:
        _restore_processes(view)
    except (model.ConvergeError, OSError) as error:
        failures.append(str(error))
    view.host.forget()
    if failures:
        return "taking back was incomplete (" + "; ".join(failures) + ")", health.Verdict("Unknown")
    if view.resting:
        return "taken back", health.Verdict("Unknown")
    if not view.last["resources"]:
        return "taken back", wellbeing.now(view)
    # the previous configuration answers where it always did, which need not be where the refused one would have
    checks = view.last["health"]
    verdict = health.wait(lambda: wellbeing.now(view, checks), health.deadline_of(checks))
    return f"taken back; the previous state is {verdict.health}", verdict


def _is_first_installation(view: View) -> bool:
    return bool(view.spec["compose"]) and bool(view.plan.services) and not view.last["services"] and docker.running()


def _restore_processes(view: View) -> None:
    if acting.changes_unit_files(view.plan):
        must(["systemctl", "daemon-reload"])
    _reverse_units(view)
    project = view.spec["compose"]
    if project and view.plan.services and os.path.exists(project["file"]):
        compose.create(project) if view.resting else compose.up(project, [])
    if view.resting:
        return
    for change in view.plan.processes:
        _restart(view, change.resource.partition(":")[2])


def _reverse_units(view: View) -> None:
    """Back to how git last had them; a unit that somebody had stopped by hand is not stopped again."""
    for change in view.plan.units:
        if change.action in REVERSE and change.origin != model.CORRECTIVE:
            run(["systemctl", REVERSE[change.action], change.resource.partition(":")[2]], timeout=120)


def _restart(view: View, name: str) -> None:
    """Whatever loaded the refused files has to load the previous ones; their old dates would not tell."""
    if name in view.spec["units"]:
        units.restart(name, "restart")
        return
    for container in compose.read(view.spec["compose"]).get(name, []):
        compose.restart(container)
