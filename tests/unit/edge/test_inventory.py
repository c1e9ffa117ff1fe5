# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory says of a host's applications, on its way into HAProxy's configuration."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from tests import rendering


def rendered(**variables: Any) -> str:
    return str(
        rendering.tree("haproxy", **{"inventory_hostname": "app1", "components": ["haproxy"], **variables})["/etc/haproxy/haproxy.cfg"]
    )


@pytest.mark.parametrize("name", ["haproxy_internal_paths", "haproxy_check_path", "haproxy_slots", "haproxy_active_slot"])
def test_what_an_inventory_still_sets_is_not_ignored(name: str) -> None:
    with pytest.raises(SpecError, match=rf"{name} is now .*component\.yml"):
        rendered(**{name: "/admin"})


def test_a_host_of_which_nothing_is_said_is_found_out_before_anything_is_sent() -> None:
    given = {name: value for name, value in rendering.FLEET.items() if name != "components"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "FLEET", given)
        with pytest.raises(SpecError, match="does not say which components app1 has"):
            rendering.tree("haproxy", inventory_hostname="app1")


@pytest.mark.parametrize("components", [["haproxy", "echodiary"], "haproxy,echodiary", "haproxy, echodiary"])
def test_a_list_and_a_line_of_text_are_the_same(components: Any) -> None:
    assert "backend echodiary\n" in rendered(components=components)


def test_the_limit_that_a_host_sets_is_that_of_echodiary_too() -> None:
    assert "req.body_size gt 1000 }" in rendered(components=["haproxy", "echodiary"], haproxy_max_body_bytes=1000)
    both = {"haproxy_max_body_bytes": 1000, "echodiary_max_body_bytes": 70}
    assert "req.body_size gt 70 }" in rendered(components=["haproxy", "echodiary"], **both)


@pytest.mark.parametrize(
    "given",
    [
        {"haproxy_max_headers": "many"},
        {"haproxy_rate": {"requests": -5}},
        {"haproxy_timeout_body": "soon"},
        {"haproxy_headers": {"X-A": "a\nb"}},
        {"haproxy_unlimited": ["office"]},
    ],
)
def test_a_limit_that_cannot_be_is_refused_before_anything_is_sent(given: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=next(iter(given))):
        rendered(components=["haproxy", "echodiary"], **given)


def test_echodiary_has_the_rate_of_all_or_its_own() -> None:
    assert "sc1_http_req_cnt gt 3000 }" in rendered(components=["haproxy", "echodiary"])
    assert "sc1_http_req_cnt gt 7 }" in rendered(components=["haproxy", "echodiary"], echodiary_rate={"requests": 7, "per": "1m"})
    assert "sc1_http_req_cnt" not in rendered(components=["haproxy", "echodiary"], haproxy_rate={"requests": 0})


def test_who_watches_is_not_counted() -> None:
    text = rendered(components=["haproxy", "echodiary"], haproxy_unlimited=["203.0.113.0/24"])
    assert "acl uncounted src 127.0.0.0/8 ::1 10.0.0.5 203.0.113.0/24\n" in text
    assert "unless { src 127.0.0.0/8 ::1 10.0.0.5 203.0.113.0/24 }\n" in text
