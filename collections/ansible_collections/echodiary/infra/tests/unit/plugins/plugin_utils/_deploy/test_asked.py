# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy asks is what the component declares, under the component's own name, and never what the edge keeps to itself."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._component import release
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import asked

GIVEN = asked.Given(None, None, "http://127.0.0.1", "")
REQUESTS: Any = [{"name": "front", "path": "/", "edge": True}, {"name": "write", "path": "/w", "method": "POST"}]


def of(given: asked.Given = GIVEN, **more: Any) -> asked.Asked:
    return asked.asked(release.declared("shop", {"service": "web", "slots": {"a": 1, "b": 2}, "requests": REQUESTS, **more}), given)


def test_users_ask_the_edge_under_the_applications_name() -> None:
    found = of(hosts=["shop.example"], check={"path": "/up", "status": 204})
    assert [(one["name"], one["url"], one["status"]) for one in found.requests] == [
        ("alive", "http://127.0.0.1/up", [204]),
        ("front", "http://127.0.0.1/", [200]),
    ]
    assert {one["headers"]["Host"] for one in found.requests} == {"shop.example"}
    assert [one["name"] for one in found.verify] == ["front", "write"]
    assert (found.path, found.host, found.backend, found.latency) == ("/up", "shop.example", "shop", "")


def test_what_the_edge_keeps_to_itself_is_no_question_for_it() -> None:
    assert [one["name"] for one in of(check={"path": "/up/now"}, internal_paths=["/up"]).requests] == ["front"]
    assert [one["name"] for one in of(check={"path": "/upper"}, internal_paths=["/up"]).requests] == ["alive", "front"]


def test_what_somebody_says_goes_before_what_is_declared() -> None:
    mine: Any = [{"name": "mine", "url": "http://x/"}]
    found = of(asked.Given(mine, [], "http://127.0.0.1", "/other"))
    assert (found.requests, found.verify, found.path) == (mine, [], "/other")


def test_a_component_without_slots_is_asked_nothing_that_users_ask() -> None:
    assert asked.asked(None, GIVEN._replace(requests=[{"name": "x", "path": "/"}])) == asked.NOTHING


def test_a_release_without_slots_is_asked_nothing_either() -> None:
    assert asked.asked(release.declared("mailer", {"service": "clerk"}), GIVEN) == asked.NOTHING
