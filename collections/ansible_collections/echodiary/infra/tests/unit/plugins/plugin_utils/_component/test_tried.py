# SPDX-License-Identifier: GPL-3.0-or-later
"""What a component declares becomes what a host asks of an image."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import release, tried, watched

GIVEN = {"service": "web", "slots": {"blue": 8011, "green": 8012}, "check": {"path": "/up"}}
SPEC: Any = {
    "name": "shop",
    "secrets": ["hush"],
    "files": {"/opt/shop/{slot}/compose.yaml": {"content": "x"}, "/opt/shop/{slot}/a/b.env": {}, "/etc/shop.conf": {}},
    "compose": {"name": "shop", "file": "/opt/shop/{slot}/compose.yaml", "services": {}},
    "health": [{"url": "http://127.0.0.1:{port}/up", "deadline": 30}, {"url": "http://127.0.0.1:9/"}],
    "release": {**GIVEN, "image": "shop:1", "min_free": 1.0, "migrate": None},
}
WISH = tried.Wish(start=True, deadline=60.0, check=False)


def test_what_a_host_is_told() -> None:
    found = tried.manifest(SPEC, release.declared("shop", GIVEN), ["/metrics"], "", WISH)
    assert sorted(found["files"]) == ["/opt/shop/{slot}/a/b.env", "/opt/shop/{slot}/compose.yaml"]
    assert found["asked"]["check"] == {"path": "/up", "status": 200, "host": "localhost"}
    assert [one["url"] for one in found["asked"]["probes"]] == ["http://127.0.0.1:{port}/up"]
    named = release.declared("shop", {**GIVEN, "hosts": ["shop.example"]})
    assert tried.manifest(SPEC, named, [], "", WISH)["asked"]["check"]["host"] == "shop.example"


def test_the_shorter_time_counts() -> None:
    spec = {**SPEC, "health": SPEC["health"][:1]}
    declared = release.declared("shop", GIVEN)
    assert tried.manifest(spec, declared, [], "", WISH)["asked"]["deadline"] == 30.0
    assert tried.manifest(spec, declared, [], "", WISH._replace(deadline=5.0))["asked"]["deadline"] == 5.0


@pytest.mark.parametrize(
    ("target", "listens", "paths"),
    [
        ({"job": "shop", "through": "haproxy", "path": "/shop/metrics"}, [], ["/metrics"]),
        ({"job": "shop", "through": "haproxy", "path": "/other/metrics"}, [], []),
        ({"job": "shop"}, [("metrics", 8011)], ["/metrics"]),
        ({"job": "shop"}, [("metrics", 9113)], []),
    ],
)
def test_what_prometheus_scrapes_of_a_slot(target: dict[str, Any], listens: list[tuple[str, int]], paths: list[str]) -> None:
    sockets: Any = [{"for": use, "port": port} for use, port in listens]
    spec = watched.checked("shop", {"targets": [target]})
    assert tried.metrics("shop", release.declared("shop", GIVEN), sockets, spec) == paths


def test_nothing_is_scraped_where_nothing_is_watched() -> None:
    assert tried.metrics("shop", release.declared("shop", GIVEN), [], None) == []


def test_only_points_that_there_are_can_be_accepted() -> None:
    assert release.declared("shop", {**GIVEN, "accepts": ["user", "logs"]}).accepts == ["user", "logs"]
    for point in ("image", "usr"):
        with pytest.raises(SpecError, match=point):
            release.declared("shop", {**GIVEN, "accepts": [point]})
