# SPDX-License-Identifier: GPL-3.0-or-later
"""On a host: who has no key is told so, no key is on the disk, what a hand does is put right, and where it may not listen it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from testinfra.host import Host

GATEWAY, INSIDE = "http://127.0.0.1:8500", "http://127.0.0.1:8501"
#: whose digest is in the inventory
KEY = "foo"


def test_who_has_a_key_is_told_that_no_model_is_there_and_nobody_else(fetch: Callable[..., Any]) -> None:
    known = fetch(f"{GATEWAY}/v1/models", headers={"Authorization": f"Bearer {KEY}"})
    assert (known.status, known.json["error"]["code"]) == (503, "model_unavailable")
    assert fetch(f"{GATEWAY}/v1/models", headers={"Authorization": "Bearer bar"}).status == 401
    assert fetch(f"{GATEWAY}/v1/files", headers={"Authorization": f"Bearer {KEY}"}).status == 403
    assert 'ai_gateway_model_up{server="model1"} 0' in fetch(f"{INSIDE}/metrics").text


def test_it_listens_where_it_was_told_and_nowhere_else(host: Host) -> None:
    assert {one for one in host.socket.get_listening_sockets() if one.endswith((":8500", ":8501"))} == {
        "tcp://127.0.0.1:8500",
        "tcp://127.0.0.1:8501",
    }


@pytest.mark.parametrize("address", ["0.0.0.0", "*", "8.8.8.8", "gateway.example"])
def test_an_address_that_the_world_reaches_is_refused(converge: Callable[..., Any], address: str) -> None:
    done = converge(ai_gateway_bind=address)
    assert done["failed"] and "ai_gateway_bind" in done["output"]


def test_a_key_put_in_by_hand_is_found_and_taken_out(host: Host, converge: Callable[..., Any], fetch: Callable[..., Any]) -> None:
    with host.sudo():
        host.check_output("sed 's/^2c26[^ ]*/fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9/; s/ app|/ thief|/'"
                          " /etc/echodiary/ai_gateway/keys.map | tail -1 >> /etc/echodiary/ai_gateway/keys.map")  # fmt: skip
        host.check_output("systemctl reload ai-gateway")
    assert fetch(f"{GATEWAY}/v1/models", headers={"Authorization": "Bearer bar"}).status == 503
    (found,) = converge("--check")["components"]
    assert [(c["resource"], c["origin"]) for c in found["changes"] if c["resource"].startswith("file:")] == [
        ("file:/etc/echodiary/ai_gateway/keys.map", "corrective")
    ]
    assert not converge()["failed"]
    assert fetch(f"{GATEWAY}/v1/models", headers={"Authorization": "Bearer bar"}).status == 401


def test_a_key_told_at_the_socket_is_found_and_taken_out(host: Host, converge: Callable[..., Any], fetch: Callable[..., Any]) -> None:
    told = "add map /etc/echodiary/ai_gateway/keys.map fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9 thief|60|8|0"
    script = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect('/run/ai-gateway/admin.sock'); "
    script += "s.sendall(sys.argv[1].encode() + b'\\n'); s.recv(99)"
    with host.sudo():
        host.check_output("python3 -c %s %s", script, told)
    assert fetch(f"{GATEWAY}/v1/models", headers={"Authorization": "Bearer bar"}).status == 503
    assert not converge()["failed"]
    assert fetch(f"{GATEWAY}/v1/models", headers={"Authorization": "Bearer bar"}).status == 401
