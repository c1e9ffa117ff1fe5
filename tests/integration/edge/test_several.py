# SPDX-License-Identifier: GPL-3.0-or-later
"""Two more applications beside EchoDiary, behind one real HAProxy: whose a request is, and that the rules of one are not another's."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.integration.edge import edges
from tests.integration.edge.edges import Edge, free_port


@contextmanager
def application(name: str, *, echo: bool = False) -> Iterator[int]:
    """Its port. It says who it is and what it was asked; with ``echo``, the headers that it got."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            well = self.path in ("/up", "/up%2Dthere")
            said = json.dumps({key.lower(): value for key, value in self.headers.items()}) if echo else f"{name} {self.path}"
            body = b"" if well else said.encode()
            self.send_response(204 if well else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with ExitStack() as stack:
        shop, cart = (stack.enter_context(application(name)) for name in ("shop", "cart"))
        ports = {"shop_ports": {"blue": shop, "green": free_port()}, "cart_ports": {"a": cart, "b": free_port()}}
        components = ["haproxy", "echodiary", "shop", "cart"]
        yield stack.enter_context(edges.running(tmp_path_factory.mktemp("edge"), components=components, **ports))


@pytest.mark.parametrize(
    ("path", "host", "said"),
    [
        ("/a", "shop.example", "shop /a"),
        ("/a", "WWW.Shop.Example:8080", "shop /a"),
        ("/cart", "echodiary.example", "cart /cart"),
        ("/cart/1?x=2", "10.0.0.1", "cart /cart/1?x=2"),
        # a name is more exact than a path
        ("/cart/1", "shop.example", "shop /cart/1"),
        ("/metrics", "shop.example", "shop /metrics"),
        ("/admin/stats", "cart.example", None),
    ],
)
def test_whose_a_request_is(edge: Edge, path: str, host: str, said: str | None) -> None:
    answer = edge.get(path, host)
    assert answer.text == said if said else not answer.text.startswith(("shop", "cart"))


@pytest.mark.parametrize("path", ["/cartx", "/a/../cart", "/health", "/ready", "/health?x=1"])
def test_what_is_nobody_elses_is_the_defaults(edge: Edge, path: str) -> None:
    assert not edge.get(path).text.startswith(("shop", "cart"))
    assert edge.get("/health").status == 200


@pytest.mark.parametrize("path", ["/up", "/ADMIN//stats", "/x/../admin/./stats", "/%61dmin/stats/deeper"])
def test_each_has_paths_of_its_own_for_the_inside(edge: Edge, path: str) -> None:
    assert edge.get(path, "shop.example").status == 404


@pytest.mark.parametrize("path", ["/{}/%zz", "/{}/%25zz", "/{}%00", "/{}%0a", "/x%0a/../{}", "/;a%2fb/{}", "/{}/%2500"])
def test_nothing_of_it_for_what_cannot_be_read(edge: Edge, path: str) -> None:
    assert edge.get(path.format("admin/stats"), "shop.example").status in (400, 404)


@pytest.mark.parametrize("host", ["shop.example", "WWW.shop.example:80", "echodiary.example", "10.0.0.1"])
@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_a_load_balancer_is_told_of_the_host_whatever_name_it_asks_by(edge: Edge, path: str, host: str) -> None:
    assert edge.get(path, host)[::2] == (200, '{"status":"ok"}')


def test_the_inside_reads_each_below_its_own_name(edge: Edge) -> None:
    assert edge.get("/shop/admin/stats", port=edge.inside).text == "shop /admin/stats"
    assert edge.get("/echodiary/version", port=edge.inside).status == 200
    for path in ("/shop/", "/shop/metrics", "/cart/admin/stats"):
        assert edge.get(path, port=edge.inside).status == 404


def test_each_has_a_limit_of_its_own(edge: Edge) -> None:
    asked = "GET /a HTTP/1.1\r\nHost: {}\r\nContent-Length: 11\r\nConnection: close\r\n\r\n12345678901"
    assert edge.raw(asked.format("shop.example").encode()).status == 413
    assert edge.raw(asked.format("echodiary.example").encode()).status != 413


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """An application whose check is for the inside, and has a percent sign in its path, on a host that leaves traffic."""
    with application("blog") as blog:
        ports = {"blog_ports": {"a": blog, "b": free_port()}, "haproxy_bind": "*"}
        with edges.before(tmp_path_factory.mktemp("edge"), "leaving||", components=["haproxy", "blog"], **ports) as running:
            yield running


def test_a_check_for_the_inside_answers_the_load_balancer(alone: Edge) -> None:
    assert alone.get("/health").status == 204
    assert alone.get("/up%2Dthere").status == 404
    assert alone.get("/").text == "blog /"


def test_a_host_that_leaves_tells_the_load_balancer(alone: Edge) -> None:
    assert alone.get("/health", address=edges.own_address()).status == 503
    assert alone.get("/", address=edges.own_address()).text == "blog /"


@pytest.fixture(scope="module")
def leaving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with application("shop") as shop, application("blog") as blog:
        ports = {"blog_ports": {"a": blog, "b": free_port()}, "shop_ports": {"a": shop, "b": free_port()}, "haproxy_bind": "*"}
        with edges.before(tmp_path_factory.mktemp("edge"), "leaving||", components=["haproxy", "blog", "shop"], **ports) as running:
            yield running


@pytest.mark.parametrize("host", ["shop.example", "blog.example"])
def test_a_host_of_several_that_leaves_tells_it_by_whatever_name(leaving: Edge, host: str) -> None:
    assert leaving.get("/health", host).status == 204
    assert leaving.get("/health", host, address=edges.own_address()).status == 503
