# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports for the tests of the drift report: a quiet fleet, a drifted one, and a large one."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import collect, model

NOW = "2026-11-21T12:00:00Z"
COMMIT = {"commit": "0123456789abcdef0123456789abcdef01234567", "author": "Ann", "date": "2026-11-20T10:00:00+01:00", "subject": "less"}


def change(resource: str = "file:/etc/demo", origin: str = "corrective", **given: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"resource": resource, "action": "update", "origin": origin, "fields": {"mode": ["0666", "0644"]}}
    return {**base, "diff": "", "why": "", **given}


def entry(name: str, *changes: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A component as converge returns it in check mode."""
    base = {"name": name, "status": "ok", "sync": "OutOfSync" if changes else "Synced", "health": "Healthy", "msg": ""}
    return {**base, "changes": list(changes), "notes": [], "seconds": {"read": 0.1}, **given}


def result(*entries: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {"components": list(entries), "undeclared": [], "remote_calls": 1, "seconds": 0.3, **given}


def report(hosts: dict[str, dict[str, Any]], *, check: bool = True, **given: Any) -> model.Report:
    """A report of what converge returned per host."""
    collected = collect.Collected()
    for host, returned in hosts.items():
        collected.converged(host, returned, check=check)
    base: dict[str, Any] = {"environment": "staging", "time": NOW, "seconds": 1.5, "git": dict(COMMIT)}
    return model.Report(hosts=collected.hosts(), **{**base, **given})


def quiet() -> model.Report:
    return report({"app1": result(entry("haproxy"), entry("echodiary")), "app2": result(entry("haproxy"), entry("echodiary"))})


def drifted() -> model.Report:
    diff = "--- /etc/demo\n+++ /etc/demo\n@@ -1 +1 @@\n-</script><b>hand</b>\n+git\n"
    app1 = result(
        entry("haproxy", change(diff=diff), change("unit:haproxy.service", "pending", action="restart", fields={}, why="older | than")),
        entry("echodiary", health="Degraded", msg="no answer\n--- last lines"),
    )
    return report({"app1": app1, "app2": result(entry("haproxy"), entry("echodiary", change(origin="conflict")))})


def large(hosts: int, components: int, *, every: int = 7) -> model.Report:
    """Every so many-th component differs."""
    number = 0
    found = {}
    for host in range(1, hosts + 1):
        entries = []
        for component in range(1, components + 1):
            number += 1
            drift = [change(f"file:/etc/component{component}/file", diff="@@ -1 +1 @@\n-a\n+b\n")] if number % every == 0 else []
            entries.append(entry(f"component{component}", *drift))
        found[f"host{host}"] = result(*entries)
    return report(found)
