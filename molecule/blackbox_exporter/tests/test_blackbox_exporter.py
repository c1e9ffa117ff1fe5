# SPDX-License-Identifier: GPL-3.0-or-later
"""What it says of an address that answers, of one that does not, and of one that answers otherwise."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from testinfra.host import Host

EXPORTER = "http://127.0.0.1:9115"
CONTAINER = "$(docker ps --quiet --filter label=com.docker.compose.service=blackbox_exporter)"


def probe(fetch: Callable[..., Any], target: str, module: str = "http_2xx") -> bool:
    lines = fetch(f"{EXPORTER}/probe?module={module}&target={target}").text.splitlines()
    assert {"probe_success 0", "probe_success 1"} & set(lines), lines
    return "probe_success 1" in lines


def test_it_tells_good_from_bad(fetch: Callable[..., Any]) -> None:
    assert probe(fetch, f"{EXPORTER}/-/healthy")
    assert not probe(fetch, f"{EXPORTER}/probe"), "which wants a target and says so with 400"
    assert not probe(fetch, "http://127.0.0.1:1/")


def test_only_this_host_reaches_it(host: Host) -> None:
    address = host.check_output("hostname -I").split()[0]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, 9115), timeout=5)


def test_a_module_is_added_without_a_restart(host: Host, fetch: Callable[..., Any], converge: Callable[..., Any]) -> None:
    def started() -> str:
        with host.sudo():
            return str(host.check_output(f"docker inspect --format '{{{{.State.StartedAt}}}}' {CONTAINER}"))

    begin = started()
    changed = converge(blackbox_exporter_extra_modules={"port": {"prober": "tcp", "timeout": "2s"}})
    assert not changed["failed"], changed["output"]
    assert ("process:blackbox_exporter", "reload") in {(c["resource"], c["action"]) for c in changed["components"][0]["changes"]}
    assert probe(fetch, "127.0.0.1:9115", "port")
    assert started() == begin


def test_a_configuration_it_rejects_is_refused_untouched(host: Host, converge: Callable[..., Any]) -> None:
    for options in (["--check"], []):
        refused = converge(*options, blackbox_exporter_timeout="a while")
        assert refused["failed"]
        assert "a while" in refused["output"]
    with host.sudo():
        assert "a while" not in host.file("/etc/blackbox_exporter/blackbox.yml").content_string
