# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last security check found."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ..._common import timestamps
from ..._security import severities
from .. import commands, model, words

if TYPE_CHECKING:
    from ..._security.shapes import Document
    from ..shapes import Plan

KEY, TITLE = "security", "Security"
TOP = 10
#: s after which a check says little of what runs
_OLD = 8 * 86_400


def section(plan: Plan, last: Document | None, trouble: str) -> model.Section:
    """``last``: None where there is none; ``trouble``: why it cannot be read."""
    look = commands.playbook(plan, "security")
    if trouble:
        return model.unknown(KEY, TITLE, trouble)
    if last is None:
        todo = model.Todo("nobody has looked for what a stranger could use: look", look)
        return model.unknown(KEY, TITLE, "no report of a security check is here")._replace(todos=[todo])
    age = plan["end"] - timestamps.to_wall(last["at"])
    counts = Counter(one["severity"] for one in last["findings"])
    todos = list(_todos(last, age, look))
    return model.Section(
        KEY,
        TITLE,
        "bad" if todos else "unknown" if last["unchecked"] else "good",
        f"{_counted(counts)}, {words.span(age)} ago; {len(last['new'])} new, {len(last['gone'])} gone, {len(last['allowed'])} let be",
        tables=_table(last),
        notes=[f"{one['check']} of {one['host']} was not checked: {one['why']}" for one in last["unchecked"]],
        todos=todos,
        figures={"findings": dict(counts), "new": len(last["new"]), "unchecked": len(last["unchecked"]), "age": age},
    )


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[one]} {one}" for one in reversed(severities.ORDER) if counts[one]) or "nothing found"


def _todos(last: Document, age: float, look: str) -> list[model.Todo]:
    grave = [one for one in last["findings"] if severities.at_least(one["severity"], "high")]
    found = [model.Todo(f"{one['host']}: {one['text']}: {one['mend']}", look, urgent=True) for one in grave[:3]]
    middling = [one for one in last["findings"] if one["severity"] == "medium"]
    if middling or len(grave) > len(found):
        found.append(model.Todo(f"{len(middling) + len(grave) - len(found)} further findings of the security check: mend or let be", look))
    if age > _OLD:
        found.append(model.Todo(f"the last security check is {words.span(age)} old: look again", look))
    return found


def _table(last: Document) -> list[model.Table]:
    new = set(last["new"])
    rows = [
        (one["severity"], one["host"], one["text"], one["mend"], "new" if f"{one['host']} {one['id']}" in new else "")
        for one in last["findings"][:TOP]
    ]
    return [model.Table(("severity", "host", "finding", "what to do", ""), rows)] if rows else []
