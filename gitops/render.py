# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers on standard output: a table for people, JSON for programs, Markdown for pull requests. Progress goes to standard error."""

from __future__ import annotations

import contextlib
import datetime
import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import markdown, model, table
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import outputs as drift_outputs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from gitops import fleet, log_view
from gitops.logs import Told
from gitops.questions import Question

FORMS = ("table", "json", "markdown")
_STYLES = {
    "good": "green",
    "change": "yellow",
    "bad": "red",
    "quiet": "dim",
    "title": "bold",
    "add": "green",
    "remove": "red",
    "hunk": "cyan",
}


def out(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def report(found: model.Report, form: str, *, details: bool = False, title: str = "Drift") -> None:
    if form == "json":
        out(drift_outputs.json_text(found))
    elif form == "markdown":
        out(markdown.text(found, title))
    else:
        for line in table.lines(found, _paint, details=details):
            out(line)


def _paint(tone: str, text: str) -> str:
    """Colours on a terminal that wants them; rich knows NO_COLOR."""
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        return text
    with console.capture() as captured:
        console.print(Text(text, style=_STYLES[tone]), end="")
    return captured.get()


def plan(found: model.Report, made: dict[str, Any], left: list[str], form: str, words: Sequence[str] = ()) -> None:
    """``words``: of the command line, that say of what the plan is."""
    if form == "json":
        out(json.dumps(made, indent=1))
        return
    report(found, form, details=True, title="Plan")
    count = sum(len(names) for names in made["targets"].values())
    lines = [f"{model.AWS}: {note}" for note in made["notes"]]
    lines += [f"left as it is: {line}" for line in left]
    lines += [f"plan {made['id']}: {count} components would be put right" if count else f"plan {made['id']}: nothing to put right"]
    lines += [f"next: {shlex.join(['python', '-m', 'gitops', 'sync', '--plan', made['id'], *words])}"] if count else []
    out("\n".join(f"- {outputs.markdown(line)}" if form == "markdown" else outputs.name(line) for line in lines))


def entries(found: list[dict[str, Any]], form: str) -> None:
    """The history."""
    if form == "json":
        out(outputs.json_text(found, indent=1))
        return
    heads = ("time", "operation", "outcome", "who", "what", "why")
    rows = [_row(entry) for entry in found]
    if form == "markdown":
        out("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
        for row in rows:
            out("| " + " | ".join(map(outputs.markdown, row)) + " |")
        return
    widths = [max(len(row[number]) for row in [heads, *rows]) for number in range(len(heads) - 1)]
    for row in [heads, *rows]:
        out("  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip())
    if not rows:
        out("nothing was done yet")


class Log:
    """Lines of log, at once or as they come. ``sources``: inventories, as they were typed."""

    def __init__(self, question: Question, form: str, sources: Sequence[str]) -> None:
        self._question, self._form, self._sources = question, form, sources
        self._wide = log_view.NARROW

    def whole(self, told: Told) -> None:
        if self._form == "json":
            self.more(told)
            return
        shown = [*self._lines(told), log_view.next_step(self._question, told, self._sources)]
        out(outputs.fenced("\n".join(shown)) if self._form == "markdown" else "\n".join(shown))

    def more(self, told: Told) -> None:
        for line in map(outputs.json_text, told.lines) if self._form == "json" else self._lines(told):
            out(line)
        sys.stdout.flush()

    def end(self) -> None:
        if self._form != "json":
            out(f"next: {log_view.again(self._question, self._sources)}")

    def _lines(self, told: Told) -> list[str]:
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        self._wide = log_view.wider(told.lines, today, self._wide)
        return list(log_view.lines(told.lines, today, _paint, self._wide))


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    targets = entry.get("targets") or {}
    what = " ".join(f"{host}:{','.join(names)}" for host, names in sorted(targets.items())) or str(entry.get("what", ""))
    why = "; ".join(str(entry[key]) for key in ("reason", "why") if entry.get(key))
    cells = (entry["time"], entry["operation"], entry["outcome"], entry["who"], what, why)
    return tuple(outputs.name(" ".join(str(cell).split())) for cell in cells)


@contextlib.contextmanager
def progress(what: str) -> Iterator[fleet.OnHost | None]:
    """A bar on a terminal, nothing elsewhere: a log needs no animation."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda host: bar.update(task, advance=1, description=f"{what} {host}")
