# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._edge import status


def entry(host: str, component: str, address: str = "10.0.0.5") -> dict[str, Any]:
    return {"host": host, "component": component, "address": address, "listens": [{"port": 8405}]}


def test_it_is_fetched_from_the_first_host_that_has_it() -> None:
    found = status.status([entry("mon2", "status_page", "10.0.0.6"), entry("mon1", "status_page"), entry("app1", "haproxy")], "/status")
    assert found == ("http://10.0.0.5:8405", ["/status", "/status/en", "/status/ko"])


def test_a_fleet_without_it_and_an_edge_that_wants_none_have_none() -> None:
    assert status.status([entry("app1", "haproxy")], "/status").url == ""
    assert status.status([entry("mon1", "status_page")], "").url == ""


@pytest.mark.parametrize("path", ["status", "/", "/a b", "/a/", '/a" } or { always_true', "/a\n"])
def test_what_haproxy_would_not_match_is_refused(path: str) -> None:
    with pytest.raises(SpecError, match="haproxy_status_path"):
        status.status([entry("mon1", "status_page")], path)
