# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.module_utils._host import haproxy_file
from ansible_collections.echodiary.infra.plugins.module_utils._host.haproxy_file import Server
from hypothesis import given
from hypothesis import strategies as st

TEXT = """
global
    maxconnrate 50   # a second
defaults
    maxconn 900
    default-server check
frontend edge
    bind :80
frontend off
    disabled
listen both
    maxconn 7
    server one 192.0.2.1:80
defaults
    mode http
frontend later
    bind :81
backend api
    default-server check maxconn 3
    server a 127.0.0.1:8001
    server b 127.0.0.1:8002 disabled no-check
    server c 127.0.0.1:8003 disabled enabled
    server named db.example:80
    server told ${ADDRESS}:80
backend many
    server-template x 3 db.example:80
"""


def test_what_the_runtime_api_can_change() -> None:
    found = haproxy_file.read(TEXT)
    assert found.rates == {"maxconnrate": "50"}
    assert found.frontends == {"edge": "900", "both": "7", "later": ""}
    assert found.servers == {
        "both/one": Server("192.0.2.1:80", "", disabled=False, checked=True),
        "api/a": Server("127.0.0.1:8001", "3", disabled=False, checked=True),
        "api/b": Server("127.0.0.1:8002", "3", disabled=True, checked=False),
        "api/c": Server("127.0.0.1:8003", "3", disabled=False, checked=True),
        "api/named": Server("", "3", disabled=False, checked=True),
        "api/told": Server("", "3", disabled=False, checked=True),
    }
    assert found.open_ended == {"many"}


@given(st.lists(st.sampled_from([*TEXT.splitlines(), "server", "frontend", "maxconn", "defaults x", '"', "default-server"]), max_size=30))
def test_whatever_it_is_it_is_read(lines: list[str]) -> None:
    haproxy_file.read("\n".join(lines))
