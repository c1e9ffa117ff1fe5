# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page for users asks of Prometheus: of each component what the weekly report asks, and what its probes say. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from .._common.errors import SpecError
from .._common.quoting import promql_any
from .._report import page
from .._report.sections import availability

if TYPE_CHECKING:
    from .._component.roster import Entry
    from .._component.watched import Probe

_STYLE = Path(__file__).with_name("assets") / "status.css"
#: over which a component is judged now
_NOW = "1m"
LANGUAGES = ("en", "ko")


class Component(TypedDict):
    """``words``: its name for users, by language. The rest is PromQL, or empty where there is nothing to ask."""

    key: str
    words: Mapping[str, str]
    reached: str
    answered: str
    probed: str
    failing: str


def components(entries: Sequence[Entry], probes: Sequence[Probe], names: Mapping[str, Any]) -> list[Component]:
    """Those that users send requests to; in the order of ``names``, the others behind them. SpecError for a name that nothing has."""
    backends = {one.component: one.backend for one in entries if one.backend}
    unknown = sorted(set(names) - set(backends))
    if unknown:
        known = ", ".join(sorted(backends)) or "none"
        raise SpecError(f"status_page_names: no host has a component {unknown[0]} that users ask; those that there are: {known}")
    order = [*names, *sorted(set(backends) - set(names))]
    return [_component(name, backends[name], probes, _words(name, names.get(name))) for name in order]


def _words(component: str, given: Any) -> dict[str, str]:
    if given is None:
        return dict.fromkeys(LANGUAGES, component)
    if not isinstance(given, Mapping) or set(given) != set(LANGUAGES) or not all(str(given[one]).strip() for one in LANGUAGES):
        raise SpecError(f"status_page_names: {component} needs its name in both languages: {{en: …, ko: …}}")
    return {language: str(given[language]) for language in LANGUAGES}


def _component(name: str, backend: str, probes: Sequence[Probe], words: Mapping[str, str]) -> Component:
    urls = sorted({one.url for one in probes if one.component == name})
    probed = f'max(probe_success{{job="probe",target=~{promql_any(urls)}}})' if urls else ""
    return {
        "key": name,
        "words": words,
        "reached": f"100 * avg_over_time(({probed})[$window:1m])" if probed else "",
        "answered": f"100 - {availability.failing(backend, '$window')}",
        "probed": probed,
        "failing": availability.failing(backend, _NOW),
    }


def style() -> str:
    return page.colours() + _STYLE.read_text(encoding="utf-8")
