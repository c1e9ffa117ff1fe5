# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the answers of one or several calls together into what the task returns. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...module_utils._kinds import model
from ...module_utils._kinds.protocol import Call
from . import delegated

if TYPE_CHECKING:
    from ...module_utils._converge.exchange import Outcome
    from ...module_utils._kinds.documents import Told
    from ...module_utils._run.shapes import Answer
    from .shapes import Diff, Shown, Summary

BAD = ("failed", "taken_back")


def summary(answers: list[Answer], names: list[str], check: bool) -> Summary:
    """The task's result: one entry per component in the declared order, and the roll-ups."""
    merged = merge(answers)
    leaving = [component for name, component in merged.items() if name not in names]
    components = [_shown(component, check) for component in (*leaving, *(merged.get(name) or skipped(name) for name in names))]
    undeclared = answers[-1].get("undeclared", [])
    failures = [component for component in components if _is_failure(component, check)]
    return {
        "changed": any(component["status"] == "changed" or (check and component["sync"] == "OutOfSync") for component in components),
        "failed": bool(failures),
        "msg": "; ".join(f"{component['name']}: {component['msg']}" for component in failures) or _all_well(components, check),
        "sync": model.worst_sync(component["sync"] for component in components),
        "health": model.worst_health(component["health"] for component in components if component["status"] != "skipped"),
        "components": components,
        "undeclared": undeclared,
    }


def _shown(component: Outcome, check: bool) -> Shown:
    changed = component["sync"] == "OutOfSync" if check else component["status"] in ("changed", "taken_back")
    return {**component, "changed": changed}


def merge(answers: list[Answer]) -> dict[str, Outcome]:
    """A component of which a part was delegated was seen twice: its first plan is the true difference, its last outcome the truth."""
    merged: dict[str, Outcome] = {}
    for answer in answers:
        for component in answer["components"]:
            first = merged.get(component["name"])
            if first and first["status"] in ("needs", "changed"):
                status = "changed" if component["status"] == "ok" else component["status"]
                seconds = {key: round(first["seconds"].get(key, 0) + value, 3) for key, value in component["seconds"].items()}
                component = {**component, "changes": first["changes"], "status": status, "seconds": seconds}
            merged[component["name"]] = component
    return merged


def not_delegated(answer: Answer, why: str) -> Answer:
    """The answer of a component for which one of Ansible's own modules failed: it failed, untouched by us."""
    component: Outcome = {**answer["components"][-1], "status": "failed", "msg": why, "changes": []}
    return {**answer, "components": [component], "needs": None, "stopped": True}


def dealt(answers: list[Answer]) -> list[str]:
    """Names of the components that the host was through with; one that waits for what is delegated comes last in its answer."""
    through = (answer["components"][: -1 if answer["needs"] else None] for answer in answers)
    return sorted({component["name"] for components in through for component in components})


def tell_what_stays(components: list[Outcome], done: Mapping[str, Sequence[Call]]) -> None:
    for component in components:
        if component["status"] == "taken_back":
            component["notes"] = [*component["notes"], *delegated.stays(done.get(component["name"], []))]


def failed(name: str, why: str) -> Outcome:
    return {**skipped(name), "status": "failed", "msg": why}


def refused(answer: Answer, why: str) -> Answer:
    """The answer of a release that may not be rolled now: it failed, untouched, and what comes after it is converged all the same."""
    component: Outcome = {**answer["components"][-1], "status": "failed", "msg": why}
    return {**answer, "components": [*answer["components"][:-1], component], "needs": None}


def skipped(name: str) -> Outcome:
    return {
        "name": name, "status": "skipped", "sync": "Unknown", "health": "Unknown", "msg": "not reached",
        "changes": [], "notes": [], "seconds": {},
    }  # fmt: skip


def _is_failure(component: Shown, check: bool) -> bool:
    if component["status"] in BAD:
        return True
    return not check and component["status"] != "skipped" and component["health"] in ("Degraded", "Missing", "Unknown")


def _all_well(components: list[Shown], check: bool) -> str:
    moved = sum(1 for component in components if component["changes"])
    if not moved:
        return f"{len(components)} components in sync"
    return f"{moved} of {len(components)} components {'would change' if check else 'changed'}"


def diffs(components: list[Shown]) -> list[Diff]:
    """Ansible's own shape of a diff, for callbacks that know no better."""
    return [
        {"prepared": f"{component['name']} {change['resource']} ({change['action']}, {change['origin']})\n{_detail(change)}\n"}
        for component in components
        for change in component["changes"]
    ]


def _detail(change: Told) -> str:
    if change["diff"]:
        return str(change["diff"])
    fields = [f"  {name}: {before} -> {after}" for name, (before, after) in change["fields"].items()]
    return "\n".join(fields) or f"  {change['why']}"
