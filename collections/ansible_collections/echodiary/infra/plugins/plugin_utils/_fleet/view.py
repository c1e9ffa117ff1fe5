# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for one converge result of one host: what changed, what failed, what is merely in sync.

Everything here is a pure function from a result to a list of lines. Colours come in as ``paint(tone, text)``, so that
the same code serves terminals, pipes and tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.words import clean, count, duration, sentence

if TYPE_CHECKING:
    from ansible_collections.echodiary.infra.plugins.module_utils._converge.exchange import Outcome as Component
    from ansible_collections.echodiary.infra.plugins.module_utils._kinds.documents import Told as Change
    from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Json
    from ansible_collections.echodiary.infra.plugins.plugin_utils._common.results import Result

Paint = Callable[[str, str], str]

_DIFF_TONES = {"+": "add", "-": "remove", "@": "hunk"}
_STREAMS: Final[tuple[Literal["stdout", "stderr", "module_stdout", "module_stderr"], ...]] = (
    "stdout", "stderr", "module_stdout", "module_stderr",
)  # fmt: skip
_FAILURES = {"failed": "failed", "taken_back": "taken back"}


def plain(_tone: str, text: str) -> str:
    """The paint for pipes, logs and tests."""
    return text


@dataclass(frozen=True)
class View:
    """How results are shown: widths in characters; ``details`` adds every resource with its difference."""

    host_width: int = 0
    check: bool = False
    details: bool = False
    paint: Paint = plain


def result_lines(host: str, result: Result, view: View, *, failed: bool = False) -> list[str]:
    """Every line for one host's result, bad news in full, good news on one line.

    ``failed`` is told apart because Ansible removes that key from what callbacks get to see.
    """
    components: list[Component] = list(result.get("components") or [])
    loud = [component for component in components if not is_quiet(component)]
    width = max((len(str(component.get("name", ""))) for component in loud), default=0)
    lines = [line for component in loud for line in _component_lines(host, component, width, view)]
    quiet = len(components) - len(loud)
    if quiet:
        lines.append(_in_sync_line(host, quiet, len(loud), result, view))
    if failed and not any(component.get("status") in _FAILURES for component in components):
        lines.extend(message_lines(host, "failed", result.get("msg") or "no message", view))
    return lines


def is_quiet(component: Component) -> bool:
    """Nothing changed, nothing is wrong: not worth a line of its own."""
    state = (component.get("status"), component.get("sync"), component.get("health"))
    return state == ("ok", "Synced", "Healthy") and not component.get("changes") and not component.get("said")


def message_lines(host: str, what: str, message: Json, view: View) -> list[str]:
    """ "host  failed: message", its further lines indented below the first."""
    first, *rest = clean(message).splitlines() or [""]
    head = f"{host:<{view.host_width}}  {view.paint('bad', f'{what}: {first}')}"
    return [head, *_indented(rest, view)]


def failure_lines(host: str, title: str, result: Result, view: View) -> list[str]:
    """An ordinary task's failure: its message, and whatever the program behind it said."""
    message = result.get("msg") or result.get("censored") or result.get("reason") or "no message"
    lines = message_lines(host, title, message, view)
    if result.get("rc") not in (None, 0):
        lines += _indented([f"exit code {result['rc']}"], view)
    for stream in _STREAMS:
        said = clean(result.get(stream) or "")
        if said and said not in clean(message):
            lines += _indented([f"{stream}:", *(f"  {line}" for line in said.splitlines())], view)
    return lines


def _in_sync_line(host: str, quiet: int, loud: int, result: Result, view: View) -> str:
    noun = "other component" if loud else "component"
    said = view.paint("good", f"{count(quiet, noun)} in sync")
    return f"{host:<{view.host_width}}  {said}  {view.paint('quiet', duration(result.get('seconds') or 0))}"


def _component_lines(host: str, component: Component, width: int, view: View) -> Iterator[str]:
    tone, said = _what_happened(component, view)
    first, *rest = said.splitlines() or [""]
    took = sum((component.get("seconds") or {}).values())
    time = f"  {view.paint('quiet', duration(took))}" if took else ""
    name = f"{clean(component.get('name', '')):<{width}}"
    yield f"{host:<{view.host_width}}  {name}  {view.paint(tone, first)}{time}"
    yield from _indented(rest, view)
    yield from _indented([view.paint("change", clean(one)) for one in component.get("said") or []], view)
    if component.get("status") in _FAILURES or view.details:
        yield from _indented([clean(note) for note in component.get("notes") or []], view)
    if view.details:
        yield from _details(component.get("changes") or [], view)


def _what_happened(component: Component, view: View) -> tuple[str, str]:
    status, message = str(component.get("status")), clean(component.get("msg") or "")
    done = sentence(component.get("changes") or [], check=view.check)
    if status in _FAILURES:
        return "bad", f"{_FAILURES[status]}: {message or 'no message'}"
    if status == "skipped":
        return "quiet", f"skipped: {message or 'an earlier component failed'}"
    if component.get("health") not in ("Healthy", None):
        state = f"{component.get('sync')}, {component.get('health')}"
        return "bad", ": ".join(part for part in (state, message) if part) + (f"; {done}" if done else "")
    return "change", done or message or f"{component.get('sync')}"


def _details(changes: Iterable[Change], view: View) -> Iterator[str]:
    for change in changes:
        why = f": {change['why']}" if change.get("why") else ""
        head = f"{change.get('action')} {change.get('resource')} ({change.get('origin', 'pending')}){why}"
        yield from _indented([view.paint("change", outputs.name(head))], view)
        for field, (before, after) in (change.get("fields") or {}).items():
            yield from _indented([outputs.name(f"{field}: {before} -> {after}")], view, deeper=2)
        yield from _indented(diff_lines(str(change.get("diff") or ""), view.paint), view, deeper=2)


def diff_lines(diff: str, paint: Paint) -> list[str]:
    """A unified diff line by line, coloured by its first character."""
    lines = [clean(line) for line in diff.splitlines()]
    return [paint(_DIFF_TONES[line[0]], line) if line[:1] in _DIFF_TONES else line for line in lines]


def _indented(lines: Iterable[str], view: View, deeper: int = 0) -> list[str]:
    return [" " * (view.host_width + 4 + deeper) + line for line in lines]
