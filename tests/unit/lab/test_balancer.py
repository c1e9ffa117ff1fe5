# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab's load balancer makes of a target's answers, by AWS's thresholds, and what it tells HAProxy of it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lab.balancer import asking, haproxy
from lab.balancer.asking import Asked, Problem
from lab.balancer.model import Check, Declared, Group, Listener, Target

CHECK = Check(path="/health", port=0, interval=5, timeout=1, healthy=3, unhealthy=2, codes="200-201,204")
NO = Problem("Target.Timeout", "Request timed out")


def states(answers: str, before: Asked | None = None) -> list[str]:
    """``answers``: + for a good one, - for none."""
    found, said = before or Asked(), []
    for answer in answers:
        found = asking.heard(found, CHECK, None if answer == "+" else NO)
        said.append(found.state)
    return said


@pytest.mark.parametrize(
    ("answers", "last"),
    [
        ("+", "healthy"),
        ("-", "initial"),
        ("--", "unhealthy"),
        ("-+", "healthy"),
        ("+-", "healthy"),
        ("+-+-+-", "healthy"),
        ("+--", "unhealthy"),
        ("+--++", "unhealthy"),
        ("+--++-++", "unhealthy"),
        ("+--+++", "healthy"),
    ],
)
def test_a_target_is_what_its_last_answers_in_a_row_say(answers: str, last: str) -> None:
    assert states(answers)[-1] == last


def test_why_is_said_of_the_unhealthy_alone() -> None:
    found = asking.heard(asking.heard(Asked(), CHECK, NO), CHECK, NO)
    assert (found.reason, found.description) == NO
    assert asking.heard(Asked(), CHECK, None).reason == ""


@contextmanager
def answering(code: int) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(code if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()


def test_a_target_is_really_asked() -> None:
    for code, reason in ((200, ""), (204, ""), (301, "Target.ResponseCodeMismatch"), (503, "Target.ResponseCodeMismatch")):
        with answering(code) as port:
            found = asking.ask(Target("127.0.0.1", port), CHECK)
        assert (found.reason if found else "") == reason
    gone = asking.ask(Target("127.0.0.1", port), CHECK)
    assert gone and gone.reason == "Target.FailedHealthChecks"


GROUP = Group("app", CHECK, {"i-1": Target("10.0.0.1", 80), "i-2": Target("10.0.0.2", 80)})


def test_where_nobody_is_well_everybody_gets_requests() -> None:
    well = Asked("healthy", "", "")
    assert asking.takes_requests(GROUP, {"i-1": well}) == {"i-1"}
    assert asking.takes_requests(GROUP, {}) == asking.takes_requests(GROUP, {"i-1": Asked("unhealthy")}) == {"i-1", "i-2"}


def test_what_is_started_anew_goes_on_with_the_targets_that_it_had() -> None:
    declared = Declared((Listener(80, False, "app"), Listener(8080, False, scheme="https")), (GROUP,))
    text = haproxy.configuration(
        declared, {("app", "i-2"): (2, GROUP.targets["i-2"], True), ("app", "i-1"): (1, GROUP.targets["i-1"], False)}
    )
    assert "server target2 10.0.0.2:80\n" in text and "server target1 10.0.0.1:80 disabled\n" in text
    assert "default_backend app" in text and "redirect scheme https" in text
