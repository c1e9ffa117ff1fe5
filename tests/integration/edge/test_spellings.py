# SPDX-License-Identifier: GPL-3.0-or-later
"""What is for the inside is not to be had at the edge, however it is spelled, and is to be had inside."""

from __future__ import annotations

import json
import posixpath
import re
import socket
import ssl
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.integration.edge import edges
from tests.integration.edge.edges import Edge, Http2
from tests.integration.tls import visitors
from tests.integration.tls.authority import Authority, Issued
from tests.waiting import eventually

INTERNAL = ("/metrics", "/ready", "/status", "/verify", "/version", "/docs", "/redoc", "/openapi.json")
#: {} is the name without its slash
SPELLINGS = (
    "/{}",
    "/{}/",
    "//{}",
    "///{}",
    "/{}//",
    "/./{}",
    "/%2e/{}",
    "/../{}",
    "/%2e%2e/{}",
    "/.%2e/{}",
    "/entries/../{}",
    "/entries/%2e%2e/{}",
    "/entries/..%2f{}",
    "/a/b/../../{}",
    "/%2f{}",
    "/%2F/{}",
    "/{}%2f",
    "%2f{}",
    "/\\{}",
    "/%5c{}",
    "/{}?x=1",
    "/{}%3fx=1",
    "/{};a=b",
    "/{}%3ba=b",
    "/;a=b/{}",
    "/x/..;a=b/{}",
    "/{}%00",
    "/{}%20",
    "/{}%0a",
    "/{}%0a%0ax",
    "/x%0a/../{}",
    "/x%0a/..;a%0ab/{}",
    "/{}%2500",
    "/{}%250ax",
    "/%00/../{}",
    "/x%2500/../{}",
    "/{}/%zz",
    "/{}/%",
    "/{}/%2",
    "/{}/%25zz",
    "/{}/%25",
    "/{}/%25%25%7a",
    "/%zz/../{}",
    "/%25zz/../{}",
    "/;a%2fb/{}",
    "/;a%252fb/{}",
    "/x/..;a%2fb/{}",
    "/{}%7f",
    "/{}%23x",
    "/{}#x",
    "http://echodiary.example/{}",
    "http://elsewhere.example/{}",
    "HTTP://echodiary.example//{}",
)
#: how the name itself is spelled
NAMES = {
    "as it is": lambda name: name,
    "upper case": str.upper,
    "first letter encoded": lambda name: f"%{ord(name[0]):02x}{name[1:]}",
    "last letter encoded": lambda name: f"{name[:-1]}%{ord(name[-1]):02X}",
    "all encoded": lambda name: "".join(f"%{ord(letter):02x}" for letter in name),
    "encoded twice": lambda name: f"%25{ord(name[0]):02x}{name[1:]}",
}


class Tls(NamedTuple):
    port: int
    root: str
    own: Issued

    @contextmanager
    def connected(self, spoken: str) -> Iterator[ssl.SSLSocket]:
        with socket.create_connection(("127.0.0.1", self.port), 20) as made:
            secure = visitors.context(self.root, [spoken]).wrap_socket(made, server_hostname="echodiary.example")
            assert secure.selected_alpn_protocol() == spoken
            yield secure


#: what only what is internal says
TELLTALE = ("# HELP", "# TYPE", '"checks"', '"revision"', '"verified"', "openapi", "swagger", "redoc")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("edge")


@pytest.fixture(scope="module")
def tls() -> Tls:
    authority = Authority()
    return Tls(edges.free_port(), authority.root, authority.issue("echodiary.example"))


@pytest.fixture(scope="module")
def edge(place: Path, tls: Tls) -> Iterator[Edge]:
    given = {"haproxy_tls_names": ["echodiary.example"], "haproxy_tls_certificate": tls.own.chain, "haproxy_tls_key": tls.own.key}
    with edges.running(place, haproxy_tls="files", haproxy_tls_port=tls.port, **given) as running:
        yield running


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", INTERNAL)
def test_nothing_internal_however_it_is_spelled(edge: Edge, path: str, name: str) -> None:
    word = NAMES[name](path.lstrip("/"))
    for spelling, method in product(SPELLINGS, ("GET", "POST")):
        target = spelling.format(word)
        answer = edge.raw(
            f"{method} {target} HTTP/1.1\r\nHost: echodiary.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        assert not any(sign in answer.text for sign in TELLTALE), target
        # a load balancer may ask /ready: it is told what /health says
        assert answer.status in (400, 404, 405) or (answer.status == 200 and answer.text == '{"status":"ok"}'), (target, answer)
        assert "location" not in answer.headers, target


def test_nothing_internal_in_http2_either(edge: Edge) -> None:
    assert edge.http2("/health") == '{"status":"ok"}'
    for path, spelling in product(INTERNAL, SPELLINGS):
        for word in (path.lstrip("/"), NAMES["all encoded"](path.lstrip("/"))):
            assert not any(sign in edge.http2(spelling.format(word)) for sign in TELLTALE), spelling


@pytest.mark.parametrize("spoken", ["http/1.1", "h2"])
def test_over_tls_nothing_internal_reaches_the_application(edge: Edge, place: Path, tls: Tls, spoken: str) -> None:
    """Judged by what it wrote into its log: what was asked, and which of its routes that was."""
    assert len(set(SPELLINGS)) >= 50
    known = _inside(place)
    assert edge.get("/version", port=edge.slot).status == 200
    eventually(lambda: _inside(place) > known, what="its log would have it")
    before = len(_log(place))
    mark = f"/after-{spoken.replace('/', '-')}"
    words = [NAMES[name](path.lstrip("/")) for path, name in product(INTERNAL, ("as it is", "encoded twice"))]
    for word in words:
        _ask(tls, spoken, [spelling.format(word) for spelling in SPELLINGS])
    _ask(tls, spoken, [mark])
    eventually(lambda: any(line.get("path") == mark for line in _log(place)), what="its log has the request that came last")
    seen = [line for line in _log(place)[before:] if "handler" in line]
    assert {line["handler"] for line in seen} <= {"none", "/health"}
    assert not [line["path"] for line in seen if _means(line["path"]) in INTERNAL]


def _inside(place: Path) -> int:
    """How often it was asked what is for the inside."""
    return sum(line.get("handler") == "/version" for line in _log(place))


def _log(place: Path) -> list[dict[str, Any]]:
    lines = (place / "application.log").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def _ask(tls: Tls, spoken: str, targets: list[str]) -> None:
    """One connection for as many as it takes."""
    left = list(targets)
    while left:
        with tls.connected(spoken) as made:
            if spoken == "h2":
                client = Http2(made)
                while left and client.get(left.pop(0)):
                    """Until HAProxy ends the connection for what is no path at all."""
            else:
                made.sendall(f"GET {left.pop(0)} HTTP/1.1\r\nHost: echodiary.example\r\nConnection: close\r\n\r\n".encode())
                while made.recv(65536):
                    """Until all is said."""


def _means(path: str) -> str:
    """How the most obliging application might read it."""
    for _ in range(3):
        path = urllib.parse.unquote(path)
    path = re.sub(r";[^/]*", "", re.split(r"[?#\s\x00-\x1f]", path.replace("\\", "/"))[0].lower())
    return "/" + posixpath.normpath("/" + path).strip("/").split("/")[0]


@pytest.mark.parametrize("ending", ["%zz", "%", "%2", "%00", "%0a", "%0d%0aX: y", "%1f", "%7f", "%2500", "%250a"])
def test_what_everyone_would_read_otherwise_is_no_request(edge: Edge, ending: str) -> None:
    for path in ("/metrics", "/admin/stats/", "/entries/"):
        target = f"{path}{ending.replace(' ', '%20')}"
        assert edge.get(target).status == 400, target


@pytest.mark.parametrize("path", ["/entries/100%25", "/entries/%25zz", "/entries/%C3%A4", "/entries/a%2fb", "/entries/%25%31"])
def test_what_only_looks_odd_reaches_the_application(edge: Edge, path: str) -> None:
    assert edge.get(path).status in (404, 405, 422)


@pytest.mark.parametrize("path", ["/entries/", "/metrics/", "/health/", "//evil.example/.."])
def test_nobody_is_sent_where_the_host_header_says(edge: Edge, path: str) -> None:
    answer = edge.get(path, host="evil.example")
    assert answer.status not in range(300, 400)
    assert "evil.example" not in str(answer)


def test_a_load_balancer_that_asks_ready_learns_whether_the_host_takes_requests(edge: Edge) -> None:
    """The database is away; no host is well without it, and none would be better."""
    assert edge.get("/ready")[::2] == edge.get("/health")[::2] == (200, '{"status":"ok"}')


def test_users_paths_are_served(edge: Edge) -> None:
    assert edge.get("/nothing/metrics/here").status == 404
    answer = edge.get("/entries")
    assert (answer.status, answer.headers["retry-after"], "database" in answer.text) == (503, "1", True)


@pytest.mark.parametrize("path", INTERNAL)
def test_it_is_to_be_had_inside_but_nothing_can_be_made_to_happen_there(edge: Edge, path: str) -> None:
    answer = edge.get(f"/echodiary{path}", port=edge.inside)
    expected = {"/ready": 503, "/status": 503, "/verify": 405}.get(path, 200)
    assert answer.status == expected
    assert not answer.headers.keys() & {"x-frame-options", "permissions-policy"}, "as the application says it, or its pages would not work"
    posted = edge.raw(f"POST /echodiary{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode(), edge.inside)
    assert posted.status == 404


def test_inside_is_no_second_edge(edge: Edge) -> None:
    assert edge.get("/echodiary/entries", port=edge.inside).status == 404
    assert edge.get("/entries", port=edge.inside).status == 404
    assert "haproxy_server_status" in edge.get("/metrics", port=edge.inside).text
