# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that ask the fleet: status, plan, sync, wait. Each returns a report and an exit code."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model

from gitops import apply_policy, exits, fleet, history, pauses, plans, repository
from gitops.clock import Clock
from gitops.errors import BlockedError, GitopsError
from gitops.policy import Policy
from gitops.workspace import Workspace, only_one

Say = Callable[[str], None]


@dataclass(frozen=True)
class Context:
    """What every verb needs. ``say`` is for progress; answers go to standard output elsewhere."""

    place: Workspace
    policy: Policy
    clock: Clock
    say: Say
    on_host: fleet.OnHost | None = None
    #: the policy was named on the command line: it is not replaced by that of another commit
    fixed_policy: bool = False


@dataclass(frozen=True)
class Wanted:
    """Which part of the fleet is meant; everything when empty."""

    hosts: Sequence[str] = ()
    components: Sequence[str] = ()
    schema: bool = False


def status(context: Context, wanted: Wanted) -> model.Report:
    """A check, judged by the policy, remembered and written."""
    report = fleet.look(context.place, context.policy, wanted.hosts, on_host=context.on_host, schema=wanted.schema).report
    return narrowed(fleet.keep(context.place, _judged(context, report), textfile_directory=context.policy.textfile_directory), wanted)


def _judged(context: Context, report: model.Report) -> model.Report:
    return apply_policy.judged(report, context.policy, pauses.read(context.place), context.clock.now())


def narrowed(report: model.Report, wanted: Wanted) -> model.Report:
    """Only the components that were asked for; a name that no host has is a mistake worth saying."""
    if not wanted.components:
        return report
    known = {one.name for _, one in report.components()}
    missing = [name for name in wanted.components if name not in known]
    if missing:
        raise GitopsError(f"no host has a component {', '.join(missing)} (there are: {', '.join(sorted(known)) or 'none'})")
    hosts = tuple(
        dataclasses.replace(host, components=tuple(one for one in host.components if one.name in wanted.components))
        for host in report.hosts
    )
    return dataclasses.replace(report, hosts=hosts)


def targets(context: Context, report: model.Report, wanted: Wanted) -> tuple[plans.Targets, list[str]]:
    """What a sync puts right, and what it leaves and why."""
    found: plans.Targets = {}
    left = []
    for host, one in report.components():
        if one.name == model.TASKS or not apply_policy.is_left(one) or host.msg:
            continue
        why = _unasked(context, host, wanted) or apply_policy.withheld(host.name, one, context.policy, context.clock.now())
        if why:
            left.append(f"{host.name} {one.name}: {why}")
        else:
            found.setdefault(host.name, []).append(one.name)
    return found, left


def _unasked(context: Context, host: model.Host, wanted: Wanted) -> str:
    """Why an account stays as it is of which nobody has spoken: it costs money, and everybody stands on it."""
    if host.name != model.AWS or context.policy.mode(model.ACCOUNT) == "heal":
        return ""
    named = model.AWS in wanted.hosts or model.ACCOUNT in wanted.components
    return "" if named else f"nobody asked for it by name (--limit {model.AWS}), and its mode is {context.policy.mode(model.ACCOUNT)}"


def plan(context: Context, wanted: Wanted) -> tuple[model.Report, dict[str, Any], list[str]]:
    report = status(context, wanted)
    chosen, left = targets(context, report, wanted)
    made = plans.make(report, repository.desired(context.place.root), chosen)
    plans.write(context.place, made)
    return report, made, left


def sync(context: Context, wanted: Wanted, plan_id: str = "", reason: str = "") -> tuple[model.Report, int]:
    """Put right what is out of sync and may be; then look again at the hosts that were touched."""
    with only_one(context.place, "sync"):
        before = fleet.look(context.place, context.policy, wanted.hosts, on_host=context.on_host).report
        report = narrowed(_judged(context, before), wanted)
        desired = repository.desired(context.place.root)
        chosen, left = targets(context, report, wanted)
        if plan_id:
            chosen = _planned(context, plan_id, report, desired, chosen)
        for line in left:
            context.say(f"left as it is: {line}")
        if not chosen:
            kept = narrowed(fleet.keep(context.place, _judged(context, before)), wanted)
            return kept, exits.BLOCKED if left and exits.of(kept) == exits.OUT_OF_SYNC else exits.of(kept)
        return _apply(context, before, chosen, wanted, {"plan": plan_id, "desired": desired, "reason": reason or "sync", "left": left})


def _planned(context: Context, plan_id: str, report: model.Report, desired: str, chosen: plans.Targets) -> plans.Targets:
    """The plan's targets, when it is still true and nothing stands in the way by now."""
    made = plans.load(context.place, plan_id)
    plans.check(made, report, desired)
    agreed: plans.Targets = made["targets"]
    blocked = [f"{host} {name}" for host, names in agreed.items() for name in names if name not in chosen.get(host, [])]
    if blocked:
        raise BlockedError(f"plan {plan_id} may not be carried out now: a window or a pause covers {', '.join(blocked)}")
    return agreed


def _apply(
    context: Context, before: model.Report, chosen: plans.Targets, wanted: Wanted, details: dict[str, Any]
) -> tuple[model.Report, int]:
    began = context.clock.now()
    for host, names in sorted(chosen.items()):
        context.say(f"{host}: {', '.join(names)}")
    place, lock = context.place, fleet.lock_host(context.policy, before)
    try:
        done = _in_waves(context, chosen, f"gitops sync: {details['reason']}", lock)
    except GitopsError as error:
        history.append(place, context.clock.now(), "sync", "blocked" if error.code == exits.BLOCKED else "error", why=str(error), **details)
        raise
    outcome = "rolled back" if done.taken_back else "failed" if done.failed else "done"
    details.update(targets=chosen, taken_back=done.taken_back, failed=done.failed, seconds=round(context.clock.now() - began, 1))
    # Written down before anything else can go wrong: what was done was done.
    history.append(place, context.clock.now(), "sync", outcome, **details)
    after = fleet.replaced(before, fleet.look(place, context.policy, sorted(chosen), on_host=context.on_host).report)
    report = narrowed(fleet.keep(place, _judged(context, after)), wanted)
    for where, why in {**done.taken_back, **done.failed}.items():
        context.say(f"{where}: {why.splitlines()[0] if why else 'failed'}")
    if done.taken_back:
        return report, exits.ROLLED_BACK
    return report, exits.of(report)


def _in_waves(context: Context, chosen: plans.Targets, reason: str, lock: str) -> fleet.Applied:
    """Where the account could not be put right, its hosts are left as they are."""
    taken_back: dict[str, str] = {}
    failed: dict[str, str] = {}
    for wave in plans.waves(chosen):
        if taken_back or failed:
            context.say(f"left as it is: {', '.join(sorted(wave))}: the account they stand on could not be put right")
            break
        done = fleet.apply(context.place, context.policy, wave, reason, lock, on_host=context.on_host)
        if model.AWS in wave and not done.failed and not done.taken_back:
            context.say(f"{model.AWS}: is as declared")
        taken_back.update(done.taken_back)
        failed.update(done.failed)
    return fleet.Applied(None, taken_back, failed)


def wait(context: Context, wanted: Wanted, timeout: float, *, sync: bool, health: bool, every: float = 5.0) -> tuple[model.Report, int]:
    """Until it is in sync and healthy (or the one of both that was asked for); the exit code is the last verdict's."""
    end = context.clock.now() + timeout
    while True:
        report = status(context, wanted)
        good = (not sync or report.sync == model.SYNCED) and (not health or report.health == "Healthy")
        if good:
            return report, exits.GOOD
        left = end - context.clock.now()
        if left <= 0:
            return report, exits.of(report)
        context.say(f"{report.sync} {report.health}, {left:.0f} s left")
        context.clock.sleep(min(every, max(left, 0.1)))
