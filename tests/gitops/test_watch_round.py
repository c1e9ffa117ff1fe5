# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole rounds of a watcher over made-up fleets, with real webhooks: who is told what, and what people ask of one that runs."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift.model import Report

from gitops import fleet, repository
from gitops.operations import Context
from gitops.watch import core, loop
from gitops.watch.loop import Round
from gitops.workspace import Workspace, only_one
from tests.gitops import builders as build
from tests.gitops.builders import HEAD, NOON

CLEAN = build.report(build.host("app1", build.component("web")))
DRIFT = build.report(build.host("app1", build.component("web", build.resource())))
SICK = build.report(build.host("app1", build.component("web", health="Degraded", msg="no answer")))


class Webhook:
    """Takes notices, or answers ``answer`` and takes nothing."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.asked = 0
        self.answer = 200
        webhook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                webhook.asked += 1
                if webhook.answer == 200:
                    webhook.taken.append(body)
                self.send_response(webhook.answer)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/secret"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> list[str]:
        return [notice["event"] for notice in self.taken]


@pytest.fixture
def webhooks() -> Iterator[Callable[[], Webhook]]:
    made: list[Webhook] = []

    def make() -> Webhook:
        made.append(Webhook())
        return made[-1]

    yield make
    for one in made:
        one.server.shutdown()
        one.server.server_close()


class Clock:
    def now(self) -> float:
        return NOON

    def sleep(self, _seconds: float) -> None:
        raise AssertionError("nobody waits here")


class Watcher:
    """Rounds over one report after the other. The process ends after each round: what counts is what was written down."""

    def __init__(self, place: Path, monkeypatch: pytest.MonkeyPatch, *targets: dict[str, Any]) -> None:
        self.place = Workspace(place, place / "inventory", "test", place / "state", place / "reports")
        self.targets = list(targets)
        self.said: list[str] = []
        self.reports: list[Report] = []
        monkeypatch.setattr(repository, "git", lambda *_words, **_more: HEAD)
        monkeypatch.setattr(fleet, "look", lambda *_args, **_more: fleet.Seen(self.reports[-1]))

    def context(self) -> Context:
        rules = build.policy(modes={"default": "warn"}, remote="", notify=self.targets)
        return Context(self.place, rules, Clock(), self.said.append)

    def see(self, *reports: Report) -> None:
        for report in reports:
            self.reports.append(report)
            Round(self.context()).run()

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.place.state / "watch.json").read_text())
        return found


def no_http() -> str:
    """An address at which somebody answers in words of his own."""
    listening = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        while True:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"hello\r\n\r\n")

    threading.Thread(target=talk, daemon=True).start()
    return f"http://127.0.0.1:{listening.getsockname()[1]}/"


@pytest.mark.parametrize("broken", ["first", "last"])
@pytest.mark.parametrize("code", [500, 429, 307])
def test_a_webhook_that_refuses_silences_nobody_and_gets_all_of_it_in_order_later(
    broken: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, webhooks: Callable[[], Webhook]
) -> None:
    bad, good = webhooks(), webhooks()
    bad.answer = code
    order = [bad, good] if broken == "first" else [good, bad]
    watcher = Watcher(tmp_path, monkeypatch, *({"url": one.url} for one in order))
    watcher.see(CLEAN, DRIFT, SICK, CLEAN)
    assert good.events() == ["on-drift", "on-health-degraded", "on-recovered"]
    assert bad.asked == 3, "asked once in each round and not for every notice"
    bad.answer = 200
    watcher.see(CLEAN, CLEAN)
    assert bad.events() == good.events() == ["on-drift", "on-health-degraded", "on-recovered"]
    assert watcher.state()["outbox"] == []
    assert all(notice.keys() == good.taken[0].keys() and "taken" not in notice for notice in [*good.taken, *bad.taken])


@pytest.mark.parametrize("kind", ["nobody there", "no HTTP", "no file", "no text", "no URL", "a bad URL"])
def test_however_one_is_broken_the_other_is_told_once(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, webhooks: Callable[[], Webhook]
) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    broken = {
        "nobody there": {"url": "http://127.0.0.1:1/"},
        "no HTTP": {"url": no_http()} if kind == "no HTTP" else {},
        "no file": {"url_file": str(tmp_path / "absent")},
        "no text": {"url_file": str(tmp_path / "bytes")},
        "no URL": {"url": "ftp://x/"},
        "a bad URL": {"url": "http://a b/\u00e9"},
    }[kind]
    good = webhooks()
    watcher = Watcher(tmp_path, monkeypatch, broken, {"url": good.url})
    watcher.see(CLEAN, DRIFT, DRIFT, SICK)
    assert good.events() == ["on-drift", "on-health-degraded"]
    assert sum("waits" in line for line in watcher.said) == 3
    assert not any("secret" in line for line in watcher.said)


def test_a_target_that_was_mended_under_another_url_gets_what_waited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, webhooks: Callable[[], Webhook]
) -> None:
    good, mended = webhooks(), webhooks()
    watcher = Watcher(tmp_path, monkeypatch, {"url": "http://127.0.0.1:1/"}, {"url": good.url})
    watcher.see(CLEAN, DRIFT)
    watcher.targets[0] = {"url": mended.url}
    watcher.see(DRIFT)
    assert (good.events(), mended.events()) == (["on-drift"], ["on-drift"])


def test_what_flapped_is_freed_while_a_watcher_runs_and_another_wish_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = Watcher(tmp_path, monkeypatch)
    watcher.see(CLEAN)
    state = {**watcher.state(), "flapping": {"app1/web/file:/x": NOON, "app2/web/file:/x": NOON, "app3/web/file:/x": NOON}}
    (watcher.place.state / "watch.json").write_text(json.dumps(state))
    with only_one(watcher.place, "watch"):
        assert loop.resume(watcher.context(), "app1", "*") == ["app1/web"]
        assert loop.resume(watcher.context(), "app2", "web") == ["app2/web"]
        watcher.see(CLEAN)
    assert list(watcher.state()["flapping"]) == ["app3/web/file:/x"]
    again = {**watcher.state(), "flapping": {"app1/web/file:/x": NOON}}
    (watcher.place.state / "watch.json").write_text(json.dumps(again))
    watcher.see(CLEAN)
    assert list(watcher.state()["flapping"]) == ["app1/web/file:/x"], "a wish counts once"


def test_what_does_not_flap_cannot_be_freed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = Watcher(tmp_path, monkeypatch)
    assert loop.resume(watcher.context(), "*", "*") == []
    assert core.flapping_components(Round(watcher.context()).state) == set()
