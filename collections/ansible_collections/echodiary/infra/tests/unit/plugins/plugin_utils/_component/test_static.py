# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import static
from ansible_collections.echodiary.infra.plugins.plugin_utils._edge import backends

GIVEN: dict[str, Any] = {"directory": "/srv/front", "port": 8095, "paths": ["/", "/index.html", "/assets/"], "immutable": ["/assets/"]}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"paths": ["/a/../b"]}, "no part may begin with a dot"),
        ({"paths": ["/.well-known/x"]}, "no part may begin with a dot"),
        ({"paths": ["assets/"]}, "has to be as in"),
        ({"paths": ["//assets/"]}, "has to be as in"),
        ({"paths": ["/a b"]}, "has to be as in"),
        ({"immutable": ["/other/"]}, "has to be one of the paths"),
        ({"immutable": ["/"]}, "has to be one of the paths"),
        ({"keep": 1}, "2 or more"),
        ({"hosts": ["http://x"]}, "is no host name"),
        ({"port": "x"}, "port"),
    ],
)
def test_what_nobody_can_be_handed_is_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(SpecError, match=why):
        static.read("front", {**GIVEN, **given})


def edge(**given: Any) -> backends.Edge:
    app = {"service": "api", "slots": {"blue": 1, "green": 2}}
    shop = {**app, "slots": {"blue": 3, "green": 4}, "hosts": ["shop.example"]}
    entries = [{"component": "app", "release": app}, {"component": "shop", "release": shop}]
    return backends.edge([*entries, {"component": "front", "release": {}, "static": {**GIVEN, **given}}], 1000, ["/health"])


def test_files_come_before_what_gets_all_else_and_after_who_has_a_name() -> None:
    assert [one.name for one in edge().backends] == ["shop", "front", "app"]
    assert [one.name for one in edge(hosts=["shop.example"]).backends] == ["front", "shop", "app"]


def test_only_whole_paths_and_what_is_below_one_are_its_own() -> None:
    (front,) = (one for one in edge().backends if one.name == "front")
    assert front.route == ["{ path / /index.html }", "{ path_beg /assets/ }"]
    assert ([server.port for server in front.servers], front.rolled) == ([8095], False)


def test_an_application_alone_is_told_apart_from_files() -> None:
    app = {"component": "app", "release": {"service": "api", "slots": {"blue": 1, "green": 2}}}
    assert not backends.edge([app], 1000, []).routed
    assert backends.edge([app, {"component": "front", "release": {}, "static": GIVEN}], 1000, []).routed


def test_two_that_want_one_path_are_refused() -> None:
    two = [{"component": name, "release": {}, "static": GIVEN} for name in ("one", "two")]
    with pytest.raises(SpecError, match="one and two both want /"):
        backends.edge(two, 1000, [])
    backends.edge([two[0], {**two[1], "static": {**GIVEN, "hosts": ["two.example"]}}], 1000, [])
