# SPDX-License-Identifier: GPL-3.0-or-later
"""An edge with several applications: all of them are waited for and looked at, unless one is named."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._edge import main

STATES = (
    "1\n# be_id be_name srv_id srv_name srv_addr srv_port srv_op_state srv_admin_state srv_uweight srv_iweight\n"
    "3 {0} 1 blue 127.0.0.1 8001 2 {1} 1 1\n\n"
)
COUNTED = "# pxname,svname,scur,check_health,check_rise,check_fall\n{0},blue,{2},6,2,5\n\n"
#: backend -> administrative bits of its only server, and requests in flight
BACKENDS = {"shop": ("0", "0"), "cart": ("0", "2")}


class Haproxy(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        asked = self.rfile.readline().decode()
        name = asked.split()[-1] if "stat" not in asked else asked.split(";")[0].split()[-1]
        if asked.startswith("show backend"):
            said = "# name\n" + "".join(f"{one}\n" for one in BACKENDS)
        elif asked.startswith("show servers"):
            said = STATES.format(name, *BACKENDS[name]) + COUNTED.format(name, *BACKENDS[name])
        else:
            said = "0x1 edge out||\n" if asked.startswith("show map") else ""
        self.wfile.write(said.encode())


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[dict[str, Any]]:
    path = str(tmp_path / "admin.sock")
    with socketserver.ThreadingUnixStreamServer(path, Haproxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"check": False, "traffic": None, "message": None, "drain": 0.0, "socket": path, "map": str(tmp_path / "map")}
        server.shutdown()


def test_what_is_in_flight_and_what_would_serve_is_said_of_all(asked: dict[str, Any]) -> None:
    found = main.run({**asked, "backend": ""})
    assert (found["requests_left"], found["serving"]) == (2, "cart: blue, shop: blue")


def test_of_one_that_is_named_the_others_are_not_asked(asked: dict[str, Any]) -> None:
    found = main.run({**asked, "backend": "shop"})
    assert (found["requests_left"], found["serving"]) == (0, "blue")


def test_where_one_has_nobody_to_serve_the_host_does_not(asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BACKENDS, "shop", ("1", "0"))
    assert main.run({**asked, "backend": ""})["serving"] == ""
