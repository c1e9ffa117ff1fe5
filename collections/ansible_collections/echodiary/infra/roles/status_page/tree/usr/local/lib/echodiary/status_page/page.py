# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in one language: HTML without a program and with nothing from elsewhere. Pure.

Nothing of the inside stands on it: names are those that were given for the public, and why something failed is not told.
"""

from __future__ import annotations

import html as markup
from collections.abc import Iterable, Iterator

from . import days, states
from .shapes import Component, Config, Language, Notice, Outage, State, View
from .words import average, moment, percent, say, span, state

LANGUAGES: tuple[Language, ...] = ("en", "ko")
#: as the stylesheet calls them; a sign for who sees no colours
_LOOKS = {"up": ("good", "✓"), "partly": ("unknown", "!"), "down": ("bad", "✗"), "unknown": ("absent", "?")}
_NOTICES = {"maintenance": ("unknown", "⚙"), "incident": ("bad", "!")}
#: percent of a day: a whole bar, a lower one, the lowest
_WHOLE, _SOME = 99.9, 99.0
_MOST = 30
_BAR, _HIGH = 10, 36


def html(config: Config, view: View, language: Language) -> str:
    """The moment stands in the first lines: whoever hands out a copy says by it that it is old."""
    title = f"{_text(config['title'][language])}: {say(language, 'page')}"
    body = "".join((_header(config, view, language, title), "<main>\n", *_sections(config, view, language), "</main>\n"))
    return (
        f'<!DOCTYPE html>\n<!-- made {view.now:.0f} -->\n<html lang="{language}" class="fresh">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        '<meta http-equiv="refresh" content="60">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
        f'<title>{title}</title>\n<link rel="icon" href="data:,">\n'
        f"<style>\n{config['style']}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _text(text: str) -> str:
    return markup.escape(" ".join(text.split()))


def _header(config: Config, view: View, language: Language, title: str) -> str:
    other: Language = "ko" if language == "en" else "en"
    link = f'<a href="{_text(config["path"])}/{other}" hreflang="{other}" lang="{other}">{say(language, "other")}</a>'
    at = moment(view.now, config["zone"])
    look, key = _verdict(view)
    return (
        f'<header>\n<div class="head"><h1>{title}</h1>{link}</div>\n'
        f'<p class="verdict {look}" role="status">{say(language, key)}</p>\n'
        f'<p class="old bad" role="alert">{say(language, "old", time=at)}</p>\n'
        f'<p class="soft">{say(language, "made", time=at)}</p>\n</header>\n'
    )


def _verdict(view: View) -> tuple[str, str]:
    """The worst that is known; what people say comes before what is measured, since they know why."""
    kinds = {one["kind"] for one in states.active(view.notices, view.now)}
    every = set(view.states.values())
    if "maintenance" in kinds:
        return "unknown", "all maintenance"
    if "down" in every:
        return "bad", "all down"
    if "incident" in kinds:
        return "bad", "all incident"
    if "partly" in every:
        return "unknown", "all partly"
    return ("absent", "all unknown") if "unknown" in every or not every else ("good", "all up")


def _sections(config: Config, view: View, language: Language) -> Iterator[str]:
    now = [_notice(config, one, language) for one in states.active(view.notices, view.now)]
    broken = [_outage(config, one, language) for one in view.outages if one["end"] is None]
    planned = [_notice(config, one, language) for one in states.planned(view.notices, view.now)]
    yield _section("now", say(language, "now"), _list([*now, *broken])) if now or broken else ""
    yield _section("planned", say(language, "planned"), _list(planned)) if planned else ""
    rows = "".join(_component(config, view, one, language) for one in config["components"])
    yield _section("components", say(language, "components"), f'{rows}<p class="soft">{say(language, "legend")}</p>')
    past = _past(config, view, language)
    yield _section("past", say(language, "past"), _list(past) if past else f"<p>{say(language, 'nothing past')}</p>")


def _section(key: str, title: str, body: str) -> str:
    return f'<section aria-labelledby="{key}">\n<h2 id="{key}">{title}</h2>\n{body}\n</section>\n'


def _list(items: Iterable[str]) -> str:
    return f'<ul class="events">{"".join(items)}</ul>'


def _event(look: str, kind: str, text: str, when: str) -> str:
    return f'<li><span class="state {look}">{kind}</span> <span class="soft">{when}</span><p>{text}</p></li>'


def _notice(config: Config, one: Notice, language: Language) -> str:
    look, sign = _NOTICES[one["kind"]]
    when = span(language, one["start"], one["end"], config["zone"])
    return _event(look, f"{sign} {say(language, one['kind'])}", _text(one["words"][language]), _text(when))


def _outage(config: Config, one: Outage, language: Language) -> str:
    key = "is unreachable" if one["end"] is None else "unreachable"
    text = say(language, key, name=_text(_name(config, one["component"], language)))
    return _event("bad", f"✗ {say(language, 'incident')}", text, _text(span(language, one["start"], one["end"], config["zone"])))


def _name(config: Config, key: str, language: Language) -> str:
    """Of one that is not declared any more, nobody gave a public name."""
    return next((one["words"][language] for one in config["components"] if one["key"] == key), "–")


def _past(config: Config, view: View, language: Language) -> list[str]:
    """The newest first."""
    since = view.now - days.DAY * days.SHOWN
    notices = [(one["start"], _notice(config, one, language)) for one in states.over(view.notices, view.now, since)]
    outages = [(one["start"], _outage(config, one, language)) for one in view.outages if one["end"] is not None]
    return [text for _, text in sorted([*notices, *outages], reverse=True)][:_MOST]


def _component(config: Config, view: View, one: Component, language: Language) -> str:
    now: State = view.states.get(one["key"], "unknown")
    look, sign = _LOOKS[now]
    mean = average(language, days.mean(view.days, one["key"]))
    return (
        f'<div class="component"><div class="head"><h3>{_text(one["words"][language])}</h3>'
        f'<span class="state {look}">{sign} {state(language, now)}</span></div>{_bars(view, one, language)}'
        f'<div class="ends soft"><span>{say(language, "ago")}</span><span>{mean}</span>'
        f"<span>{say(language, 'today')}</span></div>{_table(view, one, language)}</div>"
    )


def _bars(view: View, one: Component, language: Language) -> str:
    """Drawn from the bottom: how high a bar is says what its colour says."""
    names = days.names(view.now)
    bars = "".join(_bar(number, day, view.days.get(day, {}).get(one["key"]), language) for number, day in enumerate(names))
    label = average(language, days.mean(view.days, one["key"]))
    box = f'viewBox="0 0 {_BAR * len(names)} {_HIGH}" preserveAspectRatio="none"'
    return f'<svg class="days" {box} role="img" aria-label="{label}">{bars}</svg>'


def _bar(number: int, day: str, value: float | None, language: Language) -> str:
    look, high = _bar_look(value)
    said = f"<title>{day}: {percent(language, value)}</title>"
    return f'<rect class="{look}" x="{_BAR * number + 1}" y="{_HIGH - high}" width="{_BAR - 2}" height="{high}">{said}</rect>'


def _bar_look(value: float | None) -> tuple[str, int]:
    if value is None:
        return "none", 4
    return ("whole", _HIGH) if value >= _WHOLE else ("some", 26) if value >= _SOME else ("least", 16)


def _table(view: View, one: Component, language: Language) -> str:
    """The same for who does not see bars; days of which there is nothing to say are left out."""
    measured = [(day, view.days.get(day, {}).get(one["key"])) for day in reversed(days.names(view.now))]
    rows = "".join(f"<tr><td>{day}</td><td>{percent(language, value)}</td></tr>" for day, value in measured if value is not None)
    if not rows:
        return ""
    head = f'<tr><th scope="col">{say(language, "day")}</th><th scope="col">{_text(one["words"][language])}</th></tr>'
    table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
    return f"<details><summary>{say(language, 'values')}</summary>{table}</details>"
