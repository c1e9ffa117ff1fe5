# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told: transitions and recoveries, once each. A state machine per topic; pure.

A topic is a component, a host, git, or the quarantine. Its word is what is the matter; the empty word means nothing is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model, words

from gitops.plans import Targets
from gitops.policy import Policy
from gitops.watch.state import State

#: notifications that wait for delivery; older ones are given up, since what they said is long over
OUTBOX = 200

#: event -> severity
EVENTS = {
    "on-drift": "warning",
    "on-health-degraded": "critical",
    "on-unknown": "warning",
    "on-flapping": "critical",
    "on-heal-failed": "critical",
    "on-healed": "info",
    "on-synced": "info",
    "on-git-unreachable": "warning",
    "on-rolled-back": "critical",
    "on-check-failed": "critical",
    "on-recovered": "info",
}


def told(state: State, found: Iterable[tuple[str, str, str, str]], now: str, environment: str) -> State:
    """``found``: topic, event (empty: all is well), text, link of thought. Queues a notice for every topic whose event changed."""
    said, queue = dict(state.told), list(state.outbox)
    for topic, event, text, about in found:
        before = said.get(topic, "")
        if event == before:
            continue
        if event:
            said[topic] = event
            queue.append(_notice(environment, topic, event, text, about, now))
        else:
            del said[topic]
            queue.append(_notice(environment, topic, "on-recovered", text or "as declared and healthy again", before, now))
    return dataclasses.replace(state, told=said, outbox=tuple(queue[-OUTBOX:]))


def happened(state: State, event: str, topic: str, text: str, now: str, environment: str) -> State:
    """Something that is over as soon as it is said, such as a heal."""
    return dataclasses.replace(state, outbox=(*state.outbox, _notice(environment, topic, event, text, "", now))[-OUTBOX:])


def _notice(environment: str, topic: str, event: str, text: str, about: str, now: str) -> dict[str, Any]:
    severity = EVENTS[event]
    said = f"{environment} {topic}: {text}"
    return {
        "id": f"{now}/{topic}/{event}",
        "environment": environment,
        "topic": topic,
        "event": event,
        "severity": severity,
        "about": about,
        "time": now,
        "text": said,
    }


def of_report(report: model.Report, state: State, policy: Policy, left: dict[str, str]) -> list[tuple[str, str, str, str]]:
    """The topics of everything that was looked at."""
    found = []
    for host in report.hosts:
        bad = bool(host.msg) or not host.reached
        found.append((host.name, "on-unknown" if bad else "", f"cannot be judged: {host.msg}" if bad else "can be judged again", ""))
        for one in host.components:
            key = f"{host.name}/{one.name}"
            if policy.mode(one.name) != "detect" and not bad:
                event, text = _of_component(key, one, state, left)
                found.append((key, event, text, ""))
    return found


def _of_component(key: str, one: model.Component, state: State, left: dict[str, str]) -> tuple[str, str]:
    message = one.msg.splitlines()[0] if one.msg else ""
    attempt = state.attempts.get(key)
    if one.flapping:
        return "on-flapping", left.get(key, "keeps moving; healing has stopped")
    if attempt and attempt.failed:
        return "on-heal-failed", f"could not be put right: {attempt.failed.splitlines()[0]}"
    if one.health in ("Degraded", "Missing"):
        return "on-health-degraded", f"{one.health}{': ' + message if message else ''}"
    if "Unknown" in (one.sync, one.health):
        return "on-unknown", f"cannot be judged{': ' + message if message else ''}"
    if one.sync == model.OUT_OF_SYNC:
        resources = ", ".join(words.title(found) for found in one.resources if found.counts and found.sync != model.SYNCED)
        return "on-drift", f"OutOfSync: {resources}{'; ' + left[key] if key in left else ''}"
    return "", ""


def of_git(state: State) -> list[tuple[str, str, str, str]]:
    bad = state.fetch_error
    found = [("git", "on-git-unreachable" if bad else "", f"cannot be asked: {bad}" if bad else "answers again", "")]
    reason = state.quarantined.get("reason", "")
    text = f"{state.quarantined['commit'][:8]} is not applied until the branch moves: {reason}" if reason else "the branch moved on"
    return [*found, ("quarantine", "on-rolled-back" if reason else "", text, "")]


def of_heal(before: model.Report, wave: Targets, bad: dict[str, str]) -> list[tuple[str, str, str]]:
    """event, topic, text for what was put right."""
    found = []
    for host, one in before.components():
        key = f"{host.name}/{one.name}"
        if one.name in wave.get(host.name, []) and key not in bad and host.name not in bad:
            pending = all(resource.origin in ("pending", "") for resource in one.resources)
            what = ", ".join(words.title(resource) for resource in one.resources if resource.sync != model.SYNCED)
            found.append(("on-synced" if pending else "on-healed", key, f"{'synced' if pending else 'healed'}: {what}"))
    return found
