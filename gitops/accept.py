# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs and is meant to: written where git keeps it, so that nobody has to fight the tool.

What nobody declared goes into the inventory (``baseline_allowed``), which every check reads; what differs from a declaration becomes an
ignore rule of the policy, with an end.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.echodiary.infra.plugins.module_utils._ledger import files
from ansible_collections.echodiary.infra.plugins.plugin_utils._adopt import plan, written
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model

from gitops import policy
from gitops.errors import GitopsError
from gitops.workspace import Workspace


class Decision(NamedTuple):
    """``resource``: as a check names it, or a glob. ``until``: as in 2027-01-31, or empty. ``everywhere``: no host was left out."""

    resource: str
    reason: str
    until: str = ""
    everywhere: bool = True


class Written(NamedTuple):
    """``accepted``: ``host component resource``."""

    path: Path
    accepted: list[str]


def accept(place: Workspace, report: model.Report, decision: Decision) -> list[Written]:
    """GitopsError where nothing that differs is called so, or a rule would have no end. Nothing is written then."""
    found = [entry for entry in report.differing() if policy.matches(entry[2].resource, decision.resource)]
    if not found:
        raise GitopsError(f"nothing that differs is called {decision.resource}; see what there is: python -m gitops diff")
    undeclared = [entry for entry in found if entry[2].undeclared]
    declared = [entry for entry in found if not entry[2].undeclared]
    if declared and not decision.until:
        raise GitopsError(
            f"{declared[0][2].resource} is declared: say until when it may differ (--until 2027-01-31), or change what git has"
        )
    planned = [*_into_inventory(place, report, undeclared, decision), *_into_policy(place, declared, decision)]
    for path, text, _ in planned:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(str(path), text, 0o644)
    return [Written(path, accepted) for path, _, accepted in planned]


Entry = tuple[model.Host, model.Component, model.Resource]
Planned = tuple[Path, str, list[str]]


def _into_inventory(place: Workspace, report: model.Report, found: list[Entry], decision: Decision) -> Iterable[Planned]:
    if found:
        path = (place.inventory if place.inventory.is_dir() else place.inventory.parent) / "group_vars" / "all" / "allowed.yml"
        by_host = {host.name: [one.resource for owner, _, one in found if owner.name == host.name] for host in report.hosts}
        entries = plan.entries(by_host, decision.reason, decision.until, everywhere=decision.everywhere)
        yield path, _text(path, entries, written.VARIABLE), _told(found)


def _into_policy(place: Workspace, found: list[Entry], decision: Decision) -> Iterable[Planned]:
    if found:
        rules: list[dict[str, Any]] = [
            {"resource": resource, "hosts": hosts, "reason": decision.reason, "until": decision.until}
            for resource, hosts in sorted(_hosts_of(found).items())
        ]
        yield place.policy, _text(place.policy, rules, "ignore"), _told(found)


def _hosts_of(found: list[Entry]) -> dict[str, list[str]]:
    by_resource: dict[str, list[str]] = {}
    for host, _, one in found:
        by_resource.setdefault(one.resource, []).append(host.name)
    return by_resource


def _text(path: Path, entries: list[plan.Entry] | list[dict[str, Any]], variable: str) -> str:
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        return written.text(before, entries, variable)
    except (OSError, ValueError) as error:
        raise GitopsError(f"{path}: {error}; it stays as it was") from error


def _told(found: list[Entry]) -> list[str]:
    return [f"{host.name} {component.name} {one.resource}" for host, component, one in found]
