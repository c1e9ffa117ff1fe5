# SPDX-License-Identifier: GPL-3.0-or-later
"""Markdown for a pull request's comment or a job's summary: the verdict, a table, each difference folded away."""

from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model, words

#: characters; a comment on GitHub may have 65536
ROOM = 60000
#: rows of the table; a fleet in which everything differs needs no list to say so
ROWS = 150
_text = outputs.markdown
_MARKS = {"Synced": "✅", "OutOfSync": "🟡", "Unknown": "❔"}


def text(report: model.Report, title: str = "Drift") -> str:
    parts = [f"### {title}: {_mark(report)} {_text(words.headline(report))}\n"]
    differing = report.differing()
    rows = [_row(report, *entry) for entry in differing[:ROWS]]
    if rows:
        parts.append("| host | component | resource | action | since | who moved |\n|---|---|---|---|---|---|\n" + "".join(rows))
    if len(differing) > ROWS:
        parts.append(f"and {len(differing) - ROWS} more.\n")
    parts.append("".join(_remarks(report)))
    folded = [_folded(*entry) for entry in differing if entry[2].diff or entry[2].fields]
    room = ROOM - sum(len(part) for part in parts)
    for number, fold in enumerate(folded):
        room -= len(fold)
        if room < 0:
            parts.append(f"\n{len(folded) - number} more differences did not fit here.\n")
            break
        parts.append(fold)
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def _mark(report: model.Report) -> str:
    return "❌" if report.health in ("Degraded", "Missing") else _MARKS[report.sync]


def _row(report: model.Report, host: model.Host, component: model.Component, found: model.Resource) -> str:
    rest = (found.action, words.age(found.since, report.time), words.who(found, host.name))
    cells = (_text(host.name), _text(component.name), outputs.code(words.title(found)), *map(_text, rest))
    return "| " + " | ".join(cells) + " |\n"


def _remarks(report: model.Report) -> list[str]:
    found = [f"- **{_text(host.name)}**: {_text(host.msg)}\n" for host in report.hosts if host.msg]
    for host, component in report.components():
        state = ": ".join(part for part in (words.state(component), *outputs.terminal(component.msg).splitlines()[:1]) if part)
        if component.health != "Healthy" or state:
            verdict = words.verdict(component.sync, component.health)
            found.append(f"- **{_text(host.name)} {_text(component.name)}**: {verdict}{': ' + _text(state) if state else ''}\n")
        found += [f"- **{_text(host.name)} {_text(component.name)}**: {_text(said)}\n" for said in component.said]
        found += [f"- **{_text(host.name)}** {_text(words.aged(one, report.time))}\n" for one in component.ages]
    return [*found, *(f"- {_text(note)}\n" for note in report.notes)]


def _folded(host: model.Host, component: model.Component, found: model.Resource) -> str:
    body = [f"{name}: {before} -> {after}" for name, (before, after) in found.fields.items()]
    body += [found.diff] if found.diff else []
    head = outputs.html(f"{host.name} {component.name} {words.title(found)}").replace("@", "@\u200b")
    return f"<details><summary>{head}</summary>\n\n{outputs.fenced(chr(10).join(body), 'diff')}\n\n</details>\n"
