# SPDX-License-Identifier: GPL-3.0-or-later
"""Once a minute: asks Prometheus, keeps what outlives its memory, makes the pages, and serves them to the edges."""

from __future__ import annotations

import functools
import json
import sys
import threading
import time

from . import asking, days, files, metrics, page, serving, states
from .shapes import Component, Config, Days, Outage, State, View

EVERY = 60.0


def main(arguments: list[str]) -> int:
    with open(arguments[0], encoding="utf-8") as file:
        config: Config = json.load(file)
    pages: dict[str, bytes] = {}
    pages.update(made(config, time.time()))
    server = serving.server(config["bind"], config["port"], pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        time.sleep(EVERY - time.time() % EVERY)
        pages.update(made(config, time.time()))


def made(config: Config, now: float) -> dict[str, bytes]:
    view = looked(config, now)
    pages = {f"/{language}": page.html(config, view, language).encode() for language in page.LANGUAGES}
    return {**pages, metrics.PATH: metrics.text(now).encode()}


def looked(config: Config, now: float) -> View:
    """What cannot be asked is unknown; what was kept is shown all the same."""
    kept, notices = files.kept(config["days"]), files.notices(config["notices"])
    since = now - days.DAY * days.SHOWN
    found: dict[str, State] = {}
    known, today = kept["days"], {}
    try:
        for one in config["components"]:
            found[one["key"]] = _state(config, one, now)
            known = days.completed(known, one, now, functools.partial(asking.daily, config["prometheus"]))
            today[one["key"]] = days.today(one, now, lambda query: asking.one(config["prometheus"], query, now))
    except asking.AskError as error:
        print(error, file=sys.stderr, flush=True)
    meant = any(one["kind"] == "maintenance" for one in states.active(notices, now))
    outages = states.recent(states.followed(kept["outages"], found, now, meant), since)
    _keep(config, known, outages, now)
    shown: Days = {**days.recent(known, now), days.name(days.midnight(now) + days.DAY): today}
    every: dict[str, State] = {one["key"]: found.get(one["key"], "unknown") for one in config["components"]}
    return View(now, every, shown, outages, notices)


def _state(config: Config, component: Component, now: float) -> State:
    probed, failing = (
        asking.one(config["prometheus"], component[which], now) if component[which] else None for which in ("probed", "failing")
    )
    return states.of(probed, failing, config["partly_percent"])


def _keep(config: Config, known: Days, outages: list[Outage], now: float) -> None:
    """A full disk costs history, not the page."""
    try:
        files.keep(config["days"], {"format": files.FORMAT, "days": days.recent(known, now), "outages": outages})
    except OSError as error:
        print(f"{config['days']} cannot be written: {error}; is there room on the disk?", file=sys.stderr, flush=True)
