# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real HAProxy 3.0 said (haproxy_said.json, recorded on a lab host), read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import haproxy
from ansible_collections.echodiary.infra.plugins.module_utils._host.haproxy import Server

SAID: dict[str, str] = json.loads((Path(__file__).parent / "haproxy_said.json").read_text(encoding="utf-8"))


def parts(said: str) -> tuple[str, str]:
    states, mark, statistics = said.partition("# pxname")
    return states, mark + statistics


@pytest.mark.parametrize(
    ("moment", "blue", "green"),
    [
        ("blue serves", Server("ready", True, 0), Server("maint", False, 0)),
        ("green was let in this moment", Server("ready", True, 1), Server("ready", False, 0)),
        ("blue drains one request", Server("drain", True, 1), Server("ready", True, 0)),
        ("green is down", Server("maint", False, 0), Server("ready", False, 0)),
    ],
)
def test_recorded(moment: str, blue: Server, green: Server) -> None:
    assert haproxy.parse(*parts(SAID[moment])) == {"blue": at(blue, 8001), "green": at(green, 8002)}


def at(server: Server, port: int) -> Server:
    return server._replace(address=f"127.0.0.1:{port}")


def with_bits(bits: int) -> str:
    """green's administrative state replaced in a recorded answer."""
    states = parts(SAID["blue serves"])[0].splitlines()
    assert states[3].startswith("3 echodiary 2 green 127.0.0.1 0 5 ")
    states[3] = states[3].replace("127.0.0.1 0 5 ", f"127.0.0.1 0 {bits} ")
    return "\n".join(states)


@pytest.mark.parametrize(
    ("bits", "admin"),
    [
        (0x00, "ready"),
        (0x01, "maint"),  # by the runtime API
        (0x02, "maint"),  # inherited from a server that is tracked
        (0x04, "ready"),  # disabled in the configuration, and let in since
        (0x05, "maint"),  # disabled in the configuration
        (0x08, "drain"),  # by the runtime API
        (0x10, "drain"),  # inherited
        (0x09, "maint"),  # both: no request arrives
        (0x20, "maint"),  # its name could not be resolved
        (0x0C, "drain"),
    ],
)
def test_administrative_states(bits: int, admin: str) -> None:
    statistics = parts(SAID["blue serves"])[1]
    assert haproxy.parse(with_bits(bits), statistics)["green"].admin == admin


@pytest.mark.parametrize("said", ["", "Can't find backend.\n", "1\n# be_id be_name srv_id srv_name\n", "Permission denied\n"])
def test_what_names_no_server(said: str) -> None:
    assert haproxy.parse(said, "") == {}


def test_where_haproxy_checks_nothing_a_server_that_is_up_is_all_there_is_to_know() -> None:
    found = haproxy.parse(parts(SAID["blue serves"])[0], "")
    assert found == {"blue": at(Server("ready", True, 0), 8001), "green": at(Server("maint", False, 0), 8002)}


class Slow:
    """HAProxy as it takes over an address: it says so at once, and its servers have it ``after`` so many questions."""

    def __init__(self, after: int) -> None:
        self.left = after

    def ask(self, _: haproxy.EdgeSpec, command: str) -> str:
        if command.startswith("set server"):
            return "port changed from '8002' to '8003' by 'stats socket command'\n\n"
        self.left -= 1
        said = SAID["blue serves"]
        return said if self.left >= 0 else said.replace("8002", "8003")


EDGE = haproxy.EdgeSpec(backend="echodiary", socket="/nowhere", save="")


def test_an_address_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(haproxy, "ask", Slow(after=3).ask)
    haproxy.aim(EDGE, {"green": "127.0.0.1:8003"})
    assert haproxy.servers(EDGE)["green"].address == "127.0.0.1:8003"


def test_an_address_that_haproxy_never_goes_by_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(haproxy, "ask", Slow(after=10_000).ask)
    monkeypatch.setattr(haproxy, "AIMED_WITHIN", 0.1)
    with pytest.raises(haproxy.HaproxyError, match="goes on sending requests elsewhere: port changed"):
        haproxy.aim(EDGE, {"green": "127.0.0.1:8003"})
