# SPDX-License-Identifier: GPL-3.0-or-later
"""One line for people: what is known is in it, what is not known is left out."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import message, plan, registered

from .test_plan import CONTEXT, ORDER

V1, V2 = "r/app@sha256:" + "1" * 64, "r/app@sha256:" + "2" * 64
FACTS = {"deploy_caller": {"who": "ann@desk", "url": "https://ci/1"}, "deploy_phases": [{"name": "lock", "at": 1700000000.5}]}
RUNNING = {"release": {"running": {"image": V1, "config": "c"}}}
ENDED = {"seconds": {"roll": 3.0, "total": 42.5}, "error": ""}


def told(event: str, order: dict[str, Any] | None = None, context: dict[str, Any] | None = None, **variables: Any) -> message.Body:
    run = plan.Run(plan.plan(ORDER._replace(pinned=V1, **(order or {}))), CONTEXT._replace(**(context or {})))
    lead = registered.of("a", {"a": {"ansible_facts": FACTS, "deploy_lease": {"token": 7}, **variables}})
    return message.body(message.news(event, run, lead), lead.caller)


def test_when_it_begins_nothing_has_moved() -> None:
    found = told("started", {"release": "v2"}, {"reason": "faster", "environment": "prod"}, deploy_prepared=RUNNING)
    assert found == {
        "text": "ann@desk: deploy of v2 started in prod - faster - https://ci/1",
        "event": "started",
        "kind": "deploy",
        "environment": "prod",
        "id": "deploy-1700000000-7",
        "seconds": 0,
    }


def test_when_it_has_ended_from_where_to_where_and_how_long() -> None:
    found = told("succeeded", {"release": "v2"}, deploy_prepared=RUNNING, deploy_image=V2, deploy_verdict=ENDED)
    assert found["text"] == f"ann@desk: deploy of v2 succeeded in the fleet - {'1' * 12} -> {'2' * 12} - 42.5 s - https://ci/1"
    assert found["seconds"] == 42.5


def test_who_it_is_said_to_be_goes_before_who_typed_it() -> None:
    assert told("started", None, {"who": "the pipeline"})["text"].startswith("the pipeline: ")


def test_of_an_error_the_first_line_is_told() -> None:
    found = told("taken_back", deploy_prepared=RUNNING, deploy_verdict={**ENDED, "error": "app1: not ready\nlog\nlog"})
    assert " - app1: not ready - " in found["text"]
    assert "log" not in found["text"]


def test_the_command_that_shows_its_logs_comes_before_the_run() -> None:
    found = told("succeeded", deploy_prepared=RUNNING, deploy_verdict={**ENDED, "logs": "python -m gitops logs --since x"})
    assert found["text"].endswith(" - 42.5 s - python -m gitops logs --since x - https://ci/1")


def test_a_first_deploy_comes_from_nothing_and_an_image_without_a_digest_is_told_whole() -> None:
    found = told("succeeded", deploy_prepared={"release": {"running": None}}, deploy_image="r/app:v2", deploy_verdict=ENDED)
    assert " - nothing -> r/app:v2 - " in found["text"]


def test_a_rollback_came_from_what_was_held() -> None:
    found = told("succeeded", {"kind": "rollback"}, deploy_held=RUNNING, deploy_image=V2, deploy_verdict=ENDED)
    assert f"rollback of the release before succeeded in the fleet - {'1' * 12} -> {'2' * 12}" in found["text"]


def test_a_component_without_slots_went_from_no_release_to_another() -> None:
    found = told("succeeded", {"kind": "restart", "component": "prometheus", "released": False}, deploy_verdict=ENDED)
    assert found["text"] == "ann@desk: restart of prometheus succeeded in the fleet - 42.5 s - https://ci/1"


def test_without_lease_and_verdict_there_is_still_a_line() -> None:
    found = told("refused", deploy_lease={"failed": True, "msg": "held"}, deploy_verdict=None)
    assert found["id"] == "deploy-1700000000-0"
    assert found["text"].startswith("ann@desk: deploy of the pinned release refused in the fleet")


@pytest.mark.parametrize(
    ("event", "colour"),
    [
        ("succeeded", "good"),
        ("taken_back", "warning"),
        ("started", "#439FE0"),
        ("failed", "danger"),
        ("partial", "danger"),
        ("notice", "good"),
    ],
)
def test_colours(event: str, colour: str) -> None:
    assert message.colour(event) == colour
