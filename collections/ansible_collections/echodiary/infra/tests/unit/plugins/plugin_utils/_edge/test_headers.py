# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.echodiary.infra.plugins.filter import edges
from ansible_collections.echodiary.infra.plugins.plugin_utils._edge import headers


def test_what_is_given_takes_the_place_of_the_collections() -> None:
    found = headers.headers({"x-frame-options": "DENY", "Permissions-Policy": "", "X-Robots-Tag": "noindex, 100 %"}, ["Server"])
    values = {one.name: one.value for one in found.added}
    assert values == {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "x-frame-options": "DENY",
        "X-Robots-Tag": "'noindex, 100 %%'",
    }
    assert found.hidden == ["Server"]


def test_a_policy_that_says_who_may_frame_is_not_said_twice() -> None:
    found = {one.name: one.unless for one in headers.headers({}, []).added}
    assert "frame-ancestors" in found.pop("X-Frame-Options")
    assert not any(found.values())


@pytest.mark.parametrize(
    ("given", "hidden", "said"),
    [
        ({"X Y": "z"}, [], "'X Y' is no header"),
        ({"Content-Length": "1"}, [], "'Content-Length' is no header"),
        ({"X-A": "a\r\nX-B: b"}, [], "X-A has to be one line"),
        ({"X-A": 5}, [], "X-A has to be one line"),
        ({}, ["Connection"], "'Connection' is no header"),
        ({"Server": "mine"}, ["server"], "Server is in haproxy_headers and in haproxy_hidden_headers"),
    ],
)
def test_what_is_no_header_is_refused(given: dict[str, Any], hidden: list[str], said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=said):
        edges.edge_headers(given, hidden)
