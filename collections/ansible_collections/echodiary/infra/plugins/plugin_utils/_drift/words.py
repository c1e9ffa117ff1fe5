# SPDX-License-Identifier: GPL-3.0-or-later
"""Short phrases every rendering shares: how long ago, who moved, what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs, timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.words import split_resource

if TYPE_CHECKING:
    from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Json

_WHO = {"pending": "git moved", "corrective": "changed on the host", "conflict": "git and host moved", "": ""}
_WHO_OF_AWS = {**_WHO, "corrective": "changed in the account", "conflict": "git and account moved"}


def age(since: str, now: str) -> str:
    """3 min; empty for what has no beginning."""
    if not since:
        return ""
    passed = timestamps.between(since, now)
    return "new" if passed < 1 else timestamps.span(passed)


def aged(found: model.Age, now: str) -> str:
    """As in: backup of shop (job nightly): 7 h old. What nobody knows is not called fresh."""
    if not found["at"]:
        return f"{found['what']}: age unknown"
    passed = timestamps.between(found["at"], now)
    late = f", {found['hours']:g} h at most" if passed > found["hours"] * 3600 else ""
    return f"{found['what']}: {timestamps.span(passed)} old{late}"


def who(found: model.Resource, host: str) -> str:
    """Who moved, and as far as it is known, which commit and what the host says."""
    parts = [(_WHO_OF_AWS if host == model.AWS else _WHO).get(found.origin, found.origin)]
    if found.git:
        named = f"{found.git['commit'][:8]} by {found.git['author']}"
        parts.append(named if found.git["commit"] else found.git.get("subject", ""))
    parts += [f"{key} {value}" for key, value in found.host.items()]
    return outputs.name("; ".join(part for part in parts if part))


def what(found: model.Resource) -> str:
    """The difference on one line."""
    fields = ", ".join(f"{name} {_value(before)} -> {_value(after)}" for name, (before, after) in found.fields.items())
    return outputs.name(found.why or fields)


def _value(value: Json) -> str:
    text = "none" if value in (None, "") else str(value)
    return text if len(text) <= 40 else f"{text[:37]}…"


def title(found: model.Resource) -> str:
    kind, name = split_resource(found.resource)
    return outputs.name(f"{kind} {name}")


def verdict(sync: str, health: str) -> str:
    return f"{sync} {health}"


def state(component: model.Component) -> str:
    """What else there is to say of a component: failed, paused, flapping, all ignored."""
    parts = [{"failed": "failed", "taken_back": "taken back", "skipped": "not reached"}.get(component.status, "")]
    if component.flapping:
        parts.append("Flapping")
    if component.paused:
        by = f" by {component.paused['who']}" if component.paused.get("who") else ""
        parts.append(f"paused{by} until {component.paused['until']}: {component.paused['reason']}")
    ignored = [found for found in component.resources if found.ignored]
    if ignored:
        parts.append(f"{len(ignored)} ignored")
    return outputs.name(", ".join(part for part in parts if part))


def headline(report: model.Report) -> str:
    """ "local: OutOfSync Healthy · 2 of 15 components out of sync · 3 hosts"."""
    counts = report.counts()
    parts = [f"{report.environment}: {verdict(report.sync, report.health)}"]
    if counts["components_out_of_sync"]:
        parts.append(f"{counts['components_out_of_sync']} of {counts['components']} components out of sync")
    if counts["components_not_healthy"]:
        parts.append(f"{counts['components_not_healthy']} not healthy")
    if counts["hosts_unreached"]:
        parts.append(f"{counts['hosts_unreached']} of {counts['hosts']} hosts not judged")
    else:
        parts.append(f"{counts['hosts']} hosts" if counts["hosts"] != 1 else "1 host")
    if report.git:
        parts.append(f"commit {report.git['commit'][:8]}{' with local changes' if report.git.get('dirty') else ''}")
    return outputs.name(" · ".join(parts))
