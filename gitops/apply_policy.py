# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy applied to a report: what is ignored does not count, and every component says what is done about it. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model

from gitops import windows
from gitops.pauses import Pause
from gitops.policy import Ignore, Policy, matches

#: what converge says and does nothing about; migrations belong to a deploy
LOOKED_AT_ONLY = ("report", "none", "migrate")
#: of the account, what nobody does without looking on
ATTENDED_ONLY = ("restart",)


def judged(report: model.Report, policy: Policy, pauses: Sequence[Pause], now: float, flapping: Iterable[str] = ()) -> model.Report:
    """``flapping``: "host/component" of those whose healing has stopped."""
    stopped = set(flapping)
    hosts = tuple(
        dataclasses.replace(host, components=tuple(_component(host.name, one, policy, pauses, now, stopped) for one in host.components))
        for host in report.hosts
    )
    return dataclasses.replace(report, hosts=hosts, notes=(*report.notes, *ended(policy, now)))


def _component(host: str, one: model.Component, policy: Policy, pauses: Sequence[Pause], now: float, stopped: set[str]) -> model.Component:
    resources = tuple(_resource(host, one.name, found, policy.ignore, now) for found in one.resources)
    pause = next((found for found in pauses if found.covers(host, one.name, now)), None)
    changed = dataclasses.replace(
        one,
        resources=resources,
        mode=policy.mode(one.name),
        paused={"reason": pause.reason, "until": timestamps.to_text(pause.until), "who": pause.who} if pause else {},
        flapping=f"{host}/{one.name}" in stopped,
    )
    return model.rejudged(changed) if any(found.ignored for found in resources) else changed


def _resource(host: str, component: str, found: model.Resource, rules: Sequence[Ignore], now: float) -> model.Resource:
    for rule in rules:
        if now < rule.until and rule.scope.covers(host, component) and matches(found.resource, rule.resource) and _only(found, rule):
            return dataclasses.replace(found, ignored={"reason": rule.reason, "until": timestamps.to_text(rule.until)})
    return found


def _only(found: model.Resource, rule: Ignore) -> bool:
    """A rule about fields covers a difference of these fields alone."""
    return not rule.fields or (bool(found.fields) and set(found.fields) <= set(rule.fields))


def ended(policy: Policy, now: float) -> tuple[str, ...]:
    """Rules that have ended do nothing any more, and are said, so that somebody decides."""
    return tuple(
        f"the ignore rule for {rule.resource} ({rule.reason}) ended at {timestamps.to_text(rule.until)}: renew it or remove it"
        for rule in policy.ignore
        if rule.until <= now
    )


def withheld(host: str, one: model.Component, policy: Policy, now: float) -> str:
    """Why nobody may put this component right now; empty when it may."""
    if one.paused:
        return f"paused until {one.paused['until']}: {one.paused['reason']}"
    ignored = next((found for found in one.resources if found.ignored), None)
    if ignored:
        # A component is converged as a whole: putting the rest right would undo what somebody wants to keep.
        return f"{ignored.resource} is ignored until {ignored.ignored['until']}: {ignored.ignored['reason']}"
    return windows.closed(policy.windows, host, one.name, now)


def is_left(one: model.Component, besides: tuple[str, ...] = ()) -> bool:
    """Is there anything an apply would do, but for actions of ``besides``? What is only reported stays as it is."""
    acting = (found for found in one.resources if found.sync == model.OUT_OF_SYNC and found.action not in (*LOOKED_AT_ONLY, *besides))
    return any(found.counts for found in acting)
