# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a request is: what a component may ask for, and which two cannot stand together."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import release, routes
from ansible_collections.echodiary.infra.plugins.plugin_utils._component.routes import Route

SLOTS = {"service": "web", "slots": {"blue": 8001, "green": 8002}}


def declared(**given: Any) -> release.Declared:
    return release.declared("shop", {**SLOTS, **given})


def test_a_component_that_says_nothing_gets_what_is_nobody_elses() -> None:
    found = declared()
    assert found.route == Route("shop", "shop")
    assert found.route.is_default
    assert (found.check, found.internal_paths, found.requests) == ({"path": "/", "status": 200}, [], [])


def test_names_are_as_a_browser_sends_them() -> None:
    assert declared(hosts=["Shop.Example", "shop.example", "www.shop.example"]).route.hosts == ("shop.example", "www.shop.example")
    assert declared(path="/shop/").route.path == "/shop"


def test_what_is_asked_of_it_is_asked_under_its_name() -> None:
    asked: Any = [{"name": "front", "path": "/"}, {"name": "other", "path": "/", "headers": {"Host": "other"}}]
    found = declared(hosts=["shop.example"], requests=asked).requests
    assert [one["headers"]["Host"] for one in found] == ["shop.example", "other"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"hosts": ["https://shop.example"]}, "'https://shop.example' is no host name"),
        ({"hosts": ["shop.example:8080"]}, "no host name"),
        ({"hosts": ["*.example"]}, "no host name"),
        ({"hosts": ["-a.example"]}, "no host name"),
        ({"path": "shop"}, "has to begin with /"),
        ({"path": "/shop(/a|b)"}, "letters, digits"),
        ({"path": "//shop"}, "letters, digits"),
        ({"check": {"path": "up"}}, "has to begin with /"),
        ({"check": {"path": "/up down"}}, "one word"),
        ({"internal_paths": ["/"]}, "/ is all there is"),
        ({"internal_paths": ["/a\tb"]}, "one word"),
        ({"internal_paths": ["/%61dmin"]}, "'/%61dmin' is no plain path"),
        ({"internal_paths": ["/a?b"]}, "no plain path"),
        ({"internal_paths": ["/a#b"]}, "no plain path"),
        ({"internal_paths": ["//a"]}, "no plain path"),
        ({"internal_paths": ["/a//b"]}, "no plain path"),
        ({"internal_paths": ["/a/../b"]}, "no plain path"),
        ({"internal_paths": ["/./b"]}, "no plain path"),
        ({"internal_paths": ["/a;b"]}, "no plain path"),
        ({"internal_paths": ["/a\\b"]}, "no plain path"),
        ({"internal_paths": ["/\u212aelvin"]}, "no plain path"),
        ({"max_body_bytes": -1}, "more than 0"),
        ({"haproxy": {"backend": "a b"}}, "backend 'a b'"),
        ({"warm_up": [{"path": "/", "times": 0}]}, "from 1 to 1000"),
        ({"warm_up": [{"times": 2}]}, "path"),
        ({"requests": [{"name": "a", "path": "/"}, {"name": "a", "path": "/b"}]}, "two are named a"),
        ({"slots": {"blue": 8001}}, "two slots"),
        ({"unheard": 1}, "unheard"),
    ],
)
def test_what_no_request_can_have_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said) as caught:
        declared(**given)
    assert "shop" in str(caught.value)


def test_plain_paths_are_kept_inside() -> None:
    plain = ["/metrics", "/Admin/stats/", "/.well-known/x..y", "/a.b/...", "/it's"]
    assert declared(internal_paths=plain).internal_paths == plain


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (Route("a", "a"), Route("b", "b"), "every request of the host that is nobody else's"),
        (Route("a", "a", ("x.example",)), Route("b", "b", ("y.example", "x.example")), "requests for x.example;"),
        (Route("a", "a", path="/shop"), Route("b", "b", path="/shop"), "requests below /shop;"),
        (Route("a", "a", ("x.example",), "/shop"), Route("b", "b", ("x.example",), "/shop"), "requests for x.example/shop;"),
        (Route("a", "web", ("x.example",)), Route("b", "web"), "backend web"),
    ],
)
def test_two_that_want_the_same_are_named_both(one: Route, other: Route, said: str) -> None:
    with pytest.raises(SpecError, match=said) as caught:
        routes.refuse_clashes([one, Route("c", "c", ("z.example",)), other])
    assert str(caught.value).startswith("a and b ")


def test_the_more_exact_stands_beside_the_wider() -> None:
    found = [Route("a", "a"), Route("b", "b", ("x.example",)), Route("c", "c", path="/x"), Route("d", "d", ("x.example",), "/x")]
    routes.refuse_clashes(found)
    assert [one.component for one in sorted(found, key=lambda one: one.rank)] == ["d", "b", "c", "a"]
