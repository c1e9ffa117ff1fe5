# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan: what a sync would do, under an id that binds the desired commit and the live state. Whoever moves, the id is another."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model

from gitops.errors import BlockedError, GitopsError
from gitops.workspace import Workspace, read_json, write_json

#: host -> components that are put right there
Targets = dict[str, list[str]]


def waves(targets: Targets) -> list[Targets]:
    """The account first, by itself: hosts stand on it."""
    account = {host: names for host, names in targets.items() if host == model.AWS}
    hosts = {host: names for host, names in targets.items() if host != model.AWS}
    return [wave for wave in (account, hosts) if wave]


def live(report: model.Report) -> dict[str, str]:
    """ "host/component" -> a fingerprint of how it differs. Where nothing differs the commit says what is live."""
    found = {f"{host.name}/{one.name}": _fingerprint(one) for host, one in report.components()}
    found.update({host.name: "not judged" for host in report.hosts if host.msg or not host.reached})
    return found


def _fingerprint(one: model.Component) -> str:
    parts = [[found.resource, found.sync, found.action, found.origin, found.fields, found.diff] for found in one.resources]
    return _digest([one.sync, one.status in ("failed", "taken_back"), sorted(parts, key=json.dumps)])


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()[:16]


def make(report: model.Report, desired: str, targets: Targets) -> dict[str, Any]:
    seen = live(report)
    return {
        "id": _digest([report.environment, desired, seen, targets])[:12],
        "version": 1,
        "environment": report.environment,
        "time": report.time,
        "desired": desired,
        "live": seen,
        "targets": targets,
        "notes": [note for host, one in report.components() if host.name == model.AWS for note in one.notes],
        "changes": [
            {"host": host.name, "component": one.name, "resource": found.resource, "action": found.action, "origin": found.origin}
            for host, one, found in report.differing()
            if one.name in targets.get(host.name, [])
        ],
    }


def write(place: Workspace, plan: dict[str, Any]) -> None:
    write_json(place.state / "plans" / f"{plan['id']}.json", plan)


def load(place: Workspace, identifier: str) -> dict[str, Any]:
    if not re.fullmatch(r"[0-9a-f]{12}", identifier):
        raise GitopsError(f"{identifier!r} is no plan's id: twelve hexadecimal digits, as `plan` says them")
    plan = read_json(place.state / "plans" / f"{identifier}.json", None)
    if plan is None:
        raise GitopsError(f"there is no plan {identifier} for {place.environment}; make one with `plan`")
    if plan.get("environment") != place.environment:
        raise GitopsError(f"plan {identifier} is for {plan.get('environment')}, not for {place.environment}")
    loaded: dict[str, Any] = plan
    return loaded


def check(plan: dict[str, Any], report: model.Report, desired: str) -> None:
    """Refuses, and says which side moved."""
    moved = []
    if plan["desired"] != desired:
        moved.append(f"git moved from {_short(plan['desired'])} to {_short(desired)}")
    now = live(report)
    differing = sorted(key for key in {*plan["live"], *now} if plan["live"].get(key) != now.get(key))
    if differing:
        moved.append(f"live state moved: {', '.join(differing[:5])}{' …' if len(differing) > 5 else ''}")
    if moved:
        raise BlockedError(f"plan {plan['id']} is not true any more: {'; '.join(moved)}; look at a new one with `plan`")


def _short(desired: str) -> str:
    commit, plus, local = desired.partition("+")
    return commit[:8] + plus + local
