# SPDX-License-Identifier: GPL-3.0-or-later
"""The terminal's table: one row per difference, worst news first, and what could not be judged."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model, words
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.view import Paint, diff_lines, plain
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.words import clean

_TONES = {"Synced": "good", "OutOfSync": "change", "Unknown": "bad"}
_HEADS = ("host", "component", "resource", "since", "who moved", "what")


def lines(report: model.Report, paint: Paint = plain, *, details: bool = False) -> list[str]:
    """Everything worth a line, then the headline. ``details`` adds each difference in full."""
    rows = [_cells(report, *entry) for entry in report.differing()]
    found = [paint("title", line) if not number else line for number, line in enumerate(_aligned([_HEADS, *rows]))] if rows else []
    if details:
        found = [line for block in ([found[:1]] if found else []) for line in block] + _detailed(report, found[1:], paint)
    return [*found, *_remarks(report, paint), paint(_tone(report), words.headline(report))]


def _tone(report: model.Report) -> str:
    return "bad" if report.health not in ("Healthy", "Progressing") else _TONES[report.sync]


def _cells(report: model.Report, host: model.Host, component: model.Component, found: model.Resource) -> tuple[str, ...]:
    age = words.age(found.since, report.time)
    return (host.name, component.name, f"{found.action} {words.title(found)}", age, words.who(found, host.name), words.what(found))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The last column is as long as it is; the others as wide as their widest cell."""
    widths = [max(len(row[number]) for row in rows) for number in range(len(_HEADS) - 1)]
    return ["  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip() for row in rows]


def _detailed(report: model.Report, rows: Sequence[str], paint: Paint) -> list[str]:
    found = []
    for line, (_host, _component, resource) in zip(rows, report.differing(), strict=True):
        found.append(line)
        found += [outputs.name(f"    {name}: {before} -> {after}") for name, (before, after) in resource.fields.items()]
        found += [f"    {text}" for text in diff_lines(resource.diff, paint)]
    return found


def _remarks(report: model.Report, paint: Paint) -> list[str]:
    """Hosts and components that have something to say beside their differences."""
    found = [paint("bad", f"? {host.name}: {clean(host.msg)}") for host in report.hosts if host.msg]
    for host, component in report.components():
        state = words.state(component)
        message = clean(component.msg).splitlines()[:1]
        if component.health != "Healthy" or state or component.sync == model.UNKNOWN:
            said = ": ".join([words.verdict(component.sync, component.health), *([state] if state else []), *message])
            tone = "quiet" if component.health == "Healthy" and component.sync != model.UNKNOWN else "bad"
            found.append(paint(tone, f"{host.name}  {component.name}  {said}"))
    found += [paint("change", f"{host.name}  {one.name}  {clean(said)}") for host, one in report.components() for said in one.said]
    found += [
        paint("change", f"{host.name}: not declared any more: {', '.join(host.undeclared)}") for host in report.hosts if host.undeclared
    ]
    return [*found, *(paint("change", clean(note)) for note in report.notes)]
