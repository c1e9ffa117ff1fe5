# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge without an application, with one, and what survives a reload and a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from testinfra.host import Host

EDGE = "http://127.0.0.1"
INSIDE = "http://127.0.0.1:8404"
BACKEND = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = ("%s " % self.path + self.headers.get("X-Request-ID", "none")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", 8001), Handler).serve_forever()
"""
SAY = """
import socket, sys
admin = socket.socket(socket.AF_UNIX)
admin.connect("/run/haproxy/admin.sock")
admin.sendall(sys.argv[1].encode() + b"\\n")
print(admin.makefile().read())
"""


@pytest.fixture
def backend(host: Host, fetch: Callable[..., Any], eventually: Callable[..., Any]) -> Iterator[None]:
    with host.sudo():
        host.check_output("systemd-run --quiet --unit application python3 -c %s", BACKEND)
    eventually(lambda: fetch(f"{EDGE}/entries").status == 200)
    # The one before was missed by a check or two: HAProxy has to have forgotten that.
    eventually(lambda: slots(host)["blue"] == "UP")
    yield
    with host.sudo():
        host.check_output("systemctl stop application")


def say(host: Host, command: str) -> str:
    with host.sudo():
        return str(host.check_output("python3 -c %s %s", SAY, command))


def slots(host: Host) -> dict[str, str]:
    rows = [line.split(",") for line in say(host, "show stat echodiary 4 -1").splitlines() if line.startswith("echodiary,")]
    return {row[1]: row[17] for row in rows}


def test_without_an_application_people_see_a_page(fetch: Callable[..., Any]) -> None:
    answer = fetch(f"{EDGE}/entries")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "5"
    assert "not available at the moment" in answer.json["detail"]


def test_the_edge_lives_without_an_application(fetch: Callable[..., Any]) -> None:
    assert fetch(f"{INSIDE}/healthz").status == 200
    assert 'haproxy_server_status{proxy="echodiary",server="blue"' in fetch(f"{INSIDE}/metrics").text


def test_it_listens_where_others_reach_it_and_starts_with_the_host(host: Host) -> None:
    assert host.service("haproxy").is_enabled
    with host.sudo():
        assert host.socket("tcp://0.0.0.0:80").is_listening
        assert host.socket("tcp://0.0.0.0:8404").is_listening


@pytest.mark.usefixtures("backend")
def test_requests_reach_the_application_under_one_identifier(fetch: Callable[..., Any]) -> None:
    answer = fetch(f"{EDGE}/entries?page=2")
    assert answer.text == f"/entries?page=2 {answer.headers['x-request-id']}"
    assert fetch(f"{EDGE}/", headers={"X-Request-ID": "mine-1"}).text == "/ mine-1"
    assert "bad value" not in fetch(f"{EDGE}/", headers={"X-Request-ID": "bad value"}).text


@pytest.mark.usefixtures("backend")
def test_metrics_are_for_the_inside(fetch: Callable[..., Any]) -> None:
    assert fetch(f"{EDGE}/metrics").status == 404
    assert fetch(f"{INSIDE}/echodiary/metrics").text.startswith("/metrics ")
    assert fetch(f"{INSIDE}/entries").status == 404


@pytest.mark.usefixtures("backend")
def test_what_a_slot_was_told_outlives_reload_and_restart(host: Host) -> None:
    assert slots(host) == {"blue": "UP", "green": "MAINT"}
    say(host, "set server echodiary/blue state drain")
    for how in ("reload", "restart"):
        with host.sudo():
            host.check_output(f"systemctl {how} haproxy")
        assert slots(host)["blue"].startswith("DRAIN"), how
        assert slots(host)["green"] == "MAINT", how
    say(host, "set server echodiary/blue state ready")
    assert slots(host)["blue"] != "DRAIN"


def test_only_root_and_its_group_may_command_it(host: Host) -> None:
    with host.sudo():
        socket = host.file("/run/haproxy/admin.sock")
        assert (socket.user, socket.group, socket.mode) == ("root", "haproxy", 0o660)
    assert host.run("python3 -c %s %s", SAY, "show info").rc != 0


def test_a_changed_setting_reloads_and_a_page_git_does_not_have_goes(host: Host, converge: Callable[..., Any]) -> None:
    process = host.check_output("systemctl show --property MainPID haproxy.service")
    with host.sudo():
        host.check_output("touch /etc/haproxy/pages/old.http")
    changed = converge(haproxy_timeout_server="61s")
    actions = {(change["resource"], change["action"]) for change in changed["components"][0]["changes"]}
    assert ("stranger:/etc/haproxy/pages/old.http", "remove") in actions
    assert ("process:haproxy.service", "reload") in actions
    assert not host.file("/etc/haproxy/pages/old.http").exists
    assert host.check_output("systemctl show --property MainPID haproxy.service") == process


def test_a_configuration_haproxy_rejects_is_refused_untouched(host: Host, converge: Callable[..., Any]) -> None:
    before = host.file("/etc/haproxy/haproxy.cfg").content_string
    for options in (["--check"], []):
        refused = converge(*options, haproxy_timeout_server="soon")
        assert refused["failed"]
        assert "timeout server" in refused["output"]
    assert host.file("/etc/haproxy/haproxy.cfg").content_string == before
