# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a client is and by which way it came: told to the application by HAProxy, and by others only where they are believed."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.integration.edge import edges
from tests.integration.edge.test_several import application
from tests.integration.tls import visitors
from tests.waiting import eventually

#: what anybody can say
SPOOFED = {
    "X_Forwarded_For": "192.0.2.1, 192.0.2.66",
    "X_Forwarded_Proto": "https",
    "X_Forwarded_Host": "evil.example",
    "Forwarded": "for=192.0.2.1;proto=https",
}
HOST = {"components": ["haproxy", "shop"], "haproxy_bind": "*"}


@pytest.fixture
def told(tmp_path: Path) -> Any:
    """What the application is told of a request with those headers, by a HAProxy with these variables."""

    def ask(spoken: bytes = b"", **variables: Any) -> dict[str, str]:
        with application("shop", echo=True) as shop:
            given = {**HOST, "shop_ports": {"blue": shop, "green": edges.free_port()}, **variables}
            with edges.before(tmp_path, **given) as edge:
                headers = "".join(f"{key.replace('_', '-')}: {value}\r\n" for key, value in SPOOFED.items())
                with socket.create_connection((edges.own_address(), edge.port), 10) as made:
                    made.sendall(spoken + f"GET /a HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n{headers}\r\n".encode())
                    text = b"".join(iter(lambda: made.recv(65536), b"")).decode()
        found: dict[str, str] = json.loads(text.partition("\r\n\r\n")[2])
        return found

    return ask


def test_nobody_is_believed_who_is_not_named(told: Any) -> None:
    for proxies in ([], ["198.51.100.0/24"]):
        seen = told(haproxy_trusted_proxies=proxies)
        assert seen["x-forwarded-for"] == edges.own_address()
        assert (seen["x-forwarded-proto"], seen["x-forwarded-host"]) == ("http", "shop.example")
        assert "forwarded" not in seen


def test_a_load_balancer_is_believed_of_what_it_saw_itself(told: Any) -> None:
    seen = told(haproxy_trusted_proxies=[f"{edges.own_address()}/32"])
    assert seen["x-forwarded-for"] == "192.0.2.66", "what came before the last one anybody may have written"
    assert (seen["x-forwarded-proto"], seen["x-forwarded-host"]) == ("https", "evil.example")


def test_the_proxy_protocol_says_who_it_is_and_headers_do_not(told: Any) -> None:
    spoken = b"PROXY TCP4 192.0.2.7 192.0.2.8 4711 80\r\n"
    seen = told(spoken, haproxy_trusted_proxies=[f"{edges.own_address()}/32"], haproxy_accept_proxy=True)
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("192.0.2.7", "http")
    assert seen["x-forwarded-host"] == "shop.example"


def test_the_clients_own_address_reaches_the_applications_log(tmp_path: Path) -> None:
    with edges.running(tmp_path, haproxy_bind="*") as edge:
        assert visitors.plain(edges.own_address(), "echodiary.example", "/nothing-here", edge.port, **SPOOFED).status == 404

        def lines() -> list[dict[str, Any]]:
            said = (tmp_path / "application.log").read_text().splitlines()
            return [one for one in map(json.loads, said) if one.get("path") == "/nothing-here"]

        [line] = eventually(lines)
        assert line["client"] == edges.own_address()
