# SPDX-License-Identifier: GPL-3.0-or-later
"""Small reports and policies for the tests of decisions."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._drift.model import Component, Host, Report, Resource

from gitops import apply_policy
from gitops.pauses import Pause
from gitops.policy import Policy, parse

NOON = 1795262400.0  # 2026-11-21T12:00:00Z, a Saturday
HEAD = "a" * 40
OLD = "b" * 40


def resource(name: str = "file:/etc/x", origin: str = "corrective", **given: Any) -> Resource:
    return Resource(name, origin=origin, fields=given.pop("fields", {"mode": ["0666", "0644"]}), **given)


def component(name: str = "web", *found: Resource, **given: Any) -> Component:
    return Component(name, **{"sync": "OutOfSync" if found else "Synced", "resources": tuple(found), **given})


def host(name: str = "app1", *components: Component, **given: Any) -> Host:
    return Host(name, components=tuple(components), **{"groups": ("all", name.rstrip("0123456789")), **given})


def report(*hosts: Host, **given: Any) -> Report:
    return Report(**{"environment": "test", "time": "2026-11-21T12:00:00Z", "hosts": tuple(hosts), **given})


def policy(**given: Any) -> Policy:
    return parse({"modes": {"default": "heal"}, **given})


def judged(found: Report, rules: Policy, pauses: tuple[Pause, ...] = (), now: float = NOON) -> Report:
    return apply_policy.judged(found, rules, pauses, now)


def pause(now: float = NOON, length: float = 3600.0, host: str = "*", component: str = "*") -> Pause:
    return Pause(host, component, "being looked at", now + length, "ann", now)
