# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is taken back, and to what: nobody who moved is forgotten, whichever host of a batch failed first."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import hosts

V1, V2 = "r/app@sha256:" + "1" * 64, "r/app@sha256:" + "2" * 64
SKIPPED = {"skipped": True, "changed": False}


def result(image: str = V2, previous: str | None = V1, **more: Any) -> dict[str, Any]:
    release = {"image": image, "config": "c", "previous": previous and {"image": previous, "config": "c"}}
    return {"changed": True, "failed": False, "components": [{}], "release": release, **more}


def test_a_host_that_rolled_beside_one_that_failed_is_taken_back() -> None:
    """The failure comes before what puts the results of a batch aside."""
    results = {
        "app1": hosts.rolled(SKIPPED, result()),
        "app2": hosts.rolled(result(failed=True), None),
        "app3": hosts.rolled(result(), None),
        "app4": hosts.rolled(None, None),
    }
    assert hosts.moved("deploy", results) == {"app1": V1, "app3": V1}


@pytest.mark.parametrize(
    "one",
    [None, {}, SKIPPED, result(changed=False), result(failed=True), result(previous=None), {"unreachable": True}, {"failed": True}],
)
def test_who_got_nothing_new_or_has_nothing_to_go_back_to_stays(one: dict[str, Any] | None) -> None:
    assert hosts.moved("deploy", {"app1": one}) == {}


@pytest.mark.parametrize("kind", ["restart", "migrate"])
def test_a_restart_has_nothing_to_go_back_to(kind: str) -> None:
    assert hosts.moved(kind, {"app1": result()}) == {}


def put_back(*steps: str) -> dict[str, Any]:
    return result(failed=True, components=[{"seconds": dict.fromkeys(steps, 1.0)}])


@pytest.mark.parametrize(
    ("results", "host"),
    [
        ({"app2": put_back("prepare", "take_back"), "app1": result(), "app3": put_back("take_back")}, "app2"),
        # it was well, and did not answer what was asked then
        ({"app1": put_back("prepare", "apply", "health", "verify")}, ""),
        # nobody knows how far it came, or nothing was begun
        ({"app1": {"failed": True}, "app2": {"unreachable": True}, "app3": None, "app4": SKIPPED, "app5": put_back("read")}, ""),
    ],
)
def test_the_first_host_on_which_a_release_did_not_become_well(results: dict[str, Any], host: str) -> None:
    assert hosts.unwell("deploy", results) == host
    assert hosts.unwell("rollback", results) == "", "what served before was well"


def test_what_was_done_last_says_what_a_host_was_left_with() -> None:
    assert hosts.left_with(result(), None) == (V2, "c")
    assert hosts.left_with(result(), result(V1)) == (V1, "c")
    assert hosts.left_with(result(), SKIPPED) == (V2, "c")
    assert hosts.left_with({"failed": True}, None) is None


def test_what_is_not_known_is_no_difference() -> None:
    assert not hosts.Serving(V1, "").differs(hosts.Serving(V1, "c"))
    assert hosts.Serving(V1, "a").differs(hosts.Serving(V1, "b"))
    assert hosts.Serving(V1, "a").differs(hosts.Serving(V2, "a"))


@pytest.mark.parametrize(("image", "said"), [(V1, "1" * 12), ("localhost:5000/e/app:v2", "app:v2"), ("app", "app")])
def test_images_in_few_letters(image: str, said: str) -> None:
    assert hosts.short(image) == said
