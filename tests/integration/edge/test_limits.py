# SPDX-License-Identifier: GPL-3.0-or-later
"""What the edge takes from one client, and how it says no: judged by what reached the application. On the newest and the oldest HAProxy."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.integration import lab_images
from tests.integration.edge import edges, recorder
from tests.integration.edge.edges import DATA, Answer, Edge, Http2, frame
from tests.integration.edge.recorder import Recorder
from tests.waiting import eventually

LIMIT = 100_000
#: what an answer says that the application wrote itself
OWN = {"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"}
FRAMES = {"Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'"}


class Site(NamedTuple):
    """``other``: an address of somebody else's."""

    edge: Edge
    app: Recorder
    cart: Recorder
    other: str

    def ask(self, request: bytes) -> Answer:
        """As somebody else than the host."""
        return self.edge.raw(request, address=edges.own_address())

    def get(self, path: str, *headers: str) -> Answer:
        return self.ask(_head("GET", path, *headers, "Connection: close"))

    def connected(self, address: str = "") -> socket.socket:
        return socket.create_connection((address or edges.own_address(), self.edge.port), 10)


def _head(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: x.example", *headers, "", "")).encode()


def _chunks(size: int, each: int) -> Iterator[bytes]:
    """A body of ``size`` bytes, with its end."""
    for begin in range(0, size, each):
        part = min(each, size - begin)
        yield b"%x\r\n" % part + b"x" * part + b"\r\n"
    yield b"0\r\n\r\n"


@pytest.fixture(scope="module", params=["newest", pytest.param("oldest", marks=pytest.mark.full)])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    image = lab_images.older_haproxy() if request.param == "oldest" else ""
    with ExitStack() as stack:
        app, cart = stack.enter_context(recorder.recording({"/own": OWN, "/frames": FRAMES})), stack.enter_context(recorder.recording())
        given = {
            "components": ["haproxy", "blog", "cart"],
            "blog_ports": {"a": app.port, "b": edges.free_port()},
            "cart_ports": {"a": cart.port, "b": edges.free_port()},
            "haproxy_bind": "*",
            "haproxy_health_paths": ["/health"],
            "haproxy_max_body_bytes": LIMIT,
            "haproxy_timeout_body": "1s",
            "haproxy_body_rate": 50_000,
            "haproxy_timeout_http_request": "2s",
            "haproxy_timeout_http_keep_alive": "1s",
            "haproxy_client_connections": 20,
            "haproxy_rate": {"requests": 0},
            "haproxy_headers": {"Permissions-Policy": "", "X-Extra": "100 % mine"},
        }
        other = stack.enter_context(edges.another_address())
        edge = stack.enter_context(edges.before(tmp_path_factory.mktemp("edge"), image=image, **given))
        yield Site(edge, app, cart, other)


def test_a_body_without_a_length_ends_where_it_is_too_large(site: Site) -> None:
    whole = _head("POST", "/fits", "Transfer-Encoding: chunked", "Connection: close") + b"".join(_chunks(LIMIT, 5000))
    assert site.ask(whole).status == 200
    assert eventually(lambda: site.app.of("/fits")) == [("/fits", LIMIT, True)]
    more = _head("POST", "/more", "Transfer-Encoding: chunked") + b"".join(_chunks(LIMIT + 5000, 5000))
    answer = site.ask(more)
    assert (answer.status, answer.text) == (413, f'{{"detail": "the body is larger than {LIMIT} bytes"}}')
    assert answer.headers["x-request-id"]
    [seen] = eventually(lambda: site.app.of("/more"))
    assert not seen.whole
    assert seen.body <= LIMIT


def test_a_chunk_that_is_too_large_by_itself_never_reaches_the_application(site: Site) -> None:
    with site.connected() as made:
        made.sendall(_head("POST", "/chunk", "Transfer-Encoding: chunked") + b"%x\r\nxxxx" % (LIMIT * 10))
        assert made.recv(12) == b"HTTP/1.1 413"
    assert not site.app.of("/chunk")


def test_so_it_is_in_http2(site: Site) -> None:
    assert '"the body is larger than' in _posted(site, "/two", 30)
    [seen] = eventually(lambda: site.app.of("/two"))
    assert not seen.whole
    assert seen.body <= LIMIT


def _posted(site: Site, path: str, frames: int) -> str:
    """The body of the answer to a POST without a length, of so many frames; no faster than HAProxy lets them come."""
    with site.connected() as made:
        client = Http2(made)
        client.ask("POST", path, 4)
        for _ in range(frames):
            client.send(frame(DATA, 0, 1, b"x" * 4000))
            time.sleep(0.005)
        return client.answer()


@pytest.mark.parametrize("length", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
def test_an_application_does_not_wait_for_who_sends_a_body_slowly(site: Site, length: str) -> None:
    began = time.monotonic()
    with site.connected() as made:
        made.sendall(_head("POST", "/slow", length) + b"5\r\nxxxxx\r\n")
        assert made.recv(12) == b"HTTP/1.1 408"
    assert time.monotonic() - began < 4
    assert not site.app.of("/slow")


def test_nor_for_ever_for_one_that_began_well(site: Site) -> None:
    with site.connected() as made:
        made.sendall(_head("POST", "/drip", f"Content-Length: {LIMIT}") + b"x" * 20_000)
        began = time.monotonic()
        while not select.select([made], [], [], 0.1)[0]:
            made.sendall(b"x")
            assert time.monotonic() - began < 5
        assert made.recv(12) == b"HTTP/1.1 408"
    [seen] = eventually(lambda: site.app.of("/drip"))
    assert not seen.whole


def test_what_is_said_after_an_upgrade_is_no_body(site: Site) -> None:
    """As with WebSockets: slower, later and more of it than any body may be."""
    with site.connected() as made:
        made.sendall(_head("GET", "/socket", "Connection: Upgrade", "Upgrade: echo"))
        assert made.recv(12) == b"HTTP/1.1 101"
        eventually(lambda: made.recv(4096).endswith(b"\r\n\r\n"))
        time.sleep(2.1)
        for _ in range(3 * LIMIT // 1000):
            made.sendall(b"x" * 1000)
            assert len(made.recv(1000, socket.MSG_WAITALL)) == 1000


def test_headers_that_come_slowly_and_a_connection_that_says_nothing_end(site: Site) -> None:
    with site.connected() as slow, site.connected() as idle:
        slow.sendall(b"GET /late HTTP/1.1\r\nHost: x.example\r\nX-A:")
        idle.sendall(_head("GET", "/idle"))
        assert idle.recv(12) == b"HTTP/1.1 200"
        began = time.monotonic()
        assert slow.recv(12) == b"HTTP/1.1 408"
        while idle.recv(4096):
            """Until HAProxy closes it."""
        assert time.monotonic() - began < 5
    assert not site.app.of("/late")


def test_headers_have_a_number_and_a_size(site: Site) -> None:
    few, many, most = ([f"X-{number}: y" for number in range(count)] for count in (90, 110, 400))
    large, larger = f"X-Large: {'y' * 14_100}", f"X-Large: {'y' * 40_000}"
    assert [site.get("/few", *few).status, site.get("/many", *many).status, site.get("/many", large).status] == [200, 431, 431]
    assert [site.get("/many", *most).status, site.get("/many", larger).status] == [400, 400]
    assert (len(site.app.of("/few")), site.app.of("/many")) == (1, [])


def test_one_address_has_so_many_connections_and_the_others_are_served(site: Site) -> None:
    held = [one for one in (_begun(site) for _ in range(60)) if one]
    try:
        for address in ("127.0.0.1", site.other):
            assert site.edge.get("/others", address=address).status == 200, address
        assert sum(not _closed(one) for one in held) == 20, "those that were first are still held"
    finally:
        for one in held:
            one.close()
    assert eventually(lambda: _served(site), what="the address is let in again")


def _begun(site: Site) -> socket.socket | None:
    """None where it is refused before it is one."""
    try:
        return site.connected()
    except ConnectionResetError:
        return None


def _closed(one: socket.socket) -> bool:
    try:
        return one.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _served(site: Site) -> bool:
    try:
        return site.get("/again").status == 200
    except (OSError, ValueError):
        return False


def test_one_client_has_so_many_requests_and_is_told_when_it_is_let_in_again(site: Site) -> None:
    answers = [site.get("/cart/1") for _ in range(12)]
    begun = next(number for number, one in enumerate(answers) if one.status == 429)
    first = answers[begun]
    wait, at = int(first.headers["retry-after"]), time.monotonic()
    assert 1 <= wait <= 3
    assert first.text == '{"detail": "too many requests"}'
    assert site.get("/blog").status == 200, "another application's requests are its own"
    assert site.get("/health").status == 204
    assert site.edge.get("/cart/1").status == 200, "the host itself is not counted"
    assert site.edge.get("/cart/1", address=site.other).status == 200, "nor does somebody else wait"
    assert eventually(lambda: site.get("/cart/1").status == 200, pause=0.05)
    # told in whole seconds, and asked a moment later
    assert wait - 1.3 <= time.monotonic() - at <= wait + 0.2


def test_what_browsers_go_by_is_said_where_the_application_does_not(site: Site) -> None:
    plain, own, frames, unknown = (site.get(path).headers for path in ("/x", "/own", "/frames", "/%zz"))
    for said in (plain, unknown):
        assert (said["x-content-type-options"], said["x-frame-options"]) == ("nosniff", "SAMEORIGIN")
        assert (said["referrer-policy"], said["x-extra"]) == ("strict-origin-when-cross-origin", "100 % mine")
    for said in (plain, own, frames, unknown):
        assert not said.keys() & {"server", "x-powered-by", "permissions-policy"}
    assert (own["x-frame-options"], own["referrer-policy"], own["x-content-type-options"]) == ("DENY", "no-referrer", "nosniff")
    assert "x-frame-options" not in frames


def test_a_client_is_who_a_trusted_proxy_says_and_of_ipv6_its_network(tmp_path: Path) -> None:
    proxy = edges.own_address()
    with _behind(tmp_path, haproxy_trusted_proxies=[f"{proxy}/32"], haproxy_rate={"requests": 2, "per": "1h"}) as edge:

        def of(client: str) -> int:
            return edge.raw(_head("GET", "/x", f"X-Forwarded-For: {client}", "Connection: close"), address=proxy).status

        told = [of(f"2001:db8:1:1::{number}") for number in range(1, 4)]
        assert (told, of("2001:db8:1:2::1"), of("198.51.100.7")) == ([200, 200, 429], 200, 200)
        own = [edge.raw(_head("GET", "/x", "Connection: close"), address=proxy).status for _ in range(4)]
        assert own == [200] * 4, "on its own behalf it is not counted"


def test_so_it_is_with_connections_where_the_proxy_protocol_says_whose_each_is(tmp_path: Path) -> None:
    proxy = edges.own_address()
    given = {"haproxy_trusted_proxies": [f"{proxy}/32"], "haproxy_accept_proxy": True, "haproxy_client_connections": 3}
    with _behind(tmp_path, **given) as edge, ExitStack() as stack:

        def served(client: str) -> bool:
            made = stack.enter_context(socket.create_connection((proxy, edge.port), 10))
            try:
                made.sendall(f"PROXY TCP4 {client} {proxy} 4711 80\r\n".encode() + _head("GET", "/x"))
                return made.recv(12) == b"HTTP/1.1 200"
            except ConnectionResetError:
                return False

        assert [served("198.51.100.7") for _ in range(5)] == [True, True, True, False, False]
        assert served("198.51.100.8")


@contextmanager
def _behind(place: Path, **variables: Any) -> Iterator[Edge]:
    with recorder.recording() as app:
        given = {"components": ["haproxy", "blog"], "blog_ports": {"a": app.port, "b": edges.free_port()}, "haproxy_bind": "*", **variables}
        with edges.before(place, **given) as edge:
            yield edge
