# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a plan: swap the files, start what should run, and make every process follow its files."""

from __future__ import annotations

import os

from .._host import http
from .._host.run import must
from .._kinds import compose, kinds, model, processes, units
from . import occupied, planning, staging, transaction
from .view import View

#: where systemd reads units, and what is merged into them (systemd.unit(5))
UNITS = ("/etc/systemd/system", "/run/systemd/", "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/")


def prepare(view: View) -> None:
    """All that can fail without having touched anything: images are pulled, and files validated, whichever step is about to load them."""
    compose.pull(view.missing_images())
    if view.plan.acting():
        staging.validate(view.spec["validate"], view.want.files, lenient=False)


def act(view: View, journal: transaction.Transaction) -> None:
    retire(view)
    swap(view, journal)
    if changes_unit_files(view.plan):
        must(["systemctl", "daemon-reload"])
    for change in view.plan.units:
        kinds.apply(view.spec, change, view.seen.kinds)
    if view.plan.services and view.spec["compose"]:
        occupied.clear(view.seen.occupied)
        compose.up(view.spec["compose"], view.seen.services or {}, compose.altered(view.plan.services))
    heal(view)
    freshen(view)


def heal(view: View) -> None:
    """What nobody declared and people chose to have ended."""
    healing = {change.resource for change in view.plan.watched if change.action == "heal"}
    for finding in view.watched.findings if healing and view.watched else ():
        name = finding.resource.name
        # a stranger may have gone by now, with the rights that it had
        if finding.resource in healing and (not name.startswith("/") or os.path.lexists(name)):
            must(list(finding.heal), timeout=60)


def retire(view: View) -> None:
    """What is not declared any more, or was not by anybody, stops while all that it was started from is still there."""
    for change in view.plan.paths:
        if change.action == "remove" and change.resource.kind == "stranger" and change.name.startswith(UNITS):
            units.try_to(os.path.basename(change.name), "stop")
    for change in view.plan.retiring:
        if kinds.named(change.resource.kind) in kinds.OWN:
            kinds.apply(view.spec, change, view.seen.kinds)
    for project in view.projects:
        compose.leave(project)


def changes_unit_files(plan: planning.Plan) -> bool:
    changed = (change for change in plan.paths if change.resource.kind in ("file", "stranger"))
    return any(change.name.startswith(UNITS) for change in changed)


def swap(view: View, journal: transaction.Transaction) -> None:
    changes = {change.name: change for change in view.plan.paths}
    removals = [path for path, change in changes.items() if change.action == "remove"]
    for path in removals:
        if os.path.isdir(path) and not os.path.islink(path):
            journal.keep_tree(path)
    wanted = {path: view.want.values[path] for path in changes if path in view.want.values}
    writing = {**planning.files_to_write(view.want, view.plan.paths), **restored(view)}
    journal.apply(
        files=writing,
        attributes={path: value for path, value in wanted.items() if value["kind"] == "file" and path not in writing},
        directories={path: value for path, value in wanted.items() if value["kind"] == "directory"},
        links={path: value["target"] for path, value in wanted.items() if value["kind"] == "link"},
        removals=removals,
    )


def restored(view: View) -> dict[str, model.File]:
    """Files that nobody declares, as they were recorded."""
    restoring = {change.resource for change in view.plan.paths if change.action == "restore"}
    found = view.watched.findings if restoring and view.watched else ()
    return {one.resource.name: one.restore for one in found if one.restore is not None and one.resource in restoring}


def freshen(view: View) -> None:
    """Every process that is now older than what it reads reloads or restarts: decided by looking, not by remembering."""
    view.look_again()
    for consumer, how in view.stale():
        refresh(view, consumer, how)
    view.look_again()


def restarts(view: View) -> planning.Plan:
    """The plan with a restart of everything that runs: somebody asked for it, whatever git says."""
    planned = {change.resource for change in view.plan.processes}
    asked = [consumer for consumer in view.consumers() if consumer.identity and model.Resource("process", consumer.name) not in planned]
    more = [model.Change(model.Resource("process", consumer.name), "restart", why="asked for") for consumer in asked]
    return view.plan._replace(processes=[*view.plan.processes, *more])


def restart_all(view: View) -> None:
    for consumer in view.consumers():
        if consumer.identity:
            refresh(view, consumer, "restart")
    view.look_again()


def refresh(view: View, consumer: processes.Consumer, how: str) -> None:
    if consumer.kind == "unit":
        units.unmask(consumer.name, view.seen.units[consumer.name])
        units.tell(consumer.name, how)
        return
    container = (view.seen.services or {})[consumer.name][0]
    reload = planning.reload_of(view.spec, consumer)
    if how == "restart" or reload is None:
        compose.restart(container)
    elif reload.signal:
        compose.kill(container, reload.signal)
    else:
        _post(consumer.name, reload.url)


def _post(name: str, url: str) -> None:
    answer = http.request("POST", url, 30)
    if answer.status != 200:
        raise model.ConvergeError(f"{name} refuses to reload ({answer.status}): {answer.text[:500].strip()}")


def verify(view: View) -> None:
    """Trust nothing: look again and see that nothing is left to do."""
    plan = view.look_again()
    left = planning.acting([*plan.delegated, *plan.retiring, *plan.paths, *plan.units, *plan.services])
    if left:
        what = left[0].fields or left[0].why
        raise model.ConvergeError(f"{left[0].resource} is still not as declared after apply ({left[0].action} {what})")
