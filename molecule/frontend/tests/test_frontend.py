# SPDX-License-Identifier: GPL-3.0-or-later
"""A host without a release hands out nothing; one with a release is looked at, and put right, with its component."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from testinfra.host import Host

FRONT = "http://127.0.0.1:8095"


def test_without_a_release_there_is_nothing(fetch: Callable[..., Any]) -> None:
    assert fetch(f"{FRONT}/-/healthy").status == 200
    assert [fetch(f"{FRONT}{path}").status for path in ("/", "/assets/x.js", "/compose.yaml")] == [404, 404, 404]


def test_what_no_release_has_goes(host: Host, converge: Callable[..., Any]) -> None:
    with host.sudo():
        host.check_output("mkdir -p /opt/echodiary/frontend/releases/x && echo x > /opt/echodiary/frontend/releases/x/index.html")
    found = converge("--check")
    assert ("directory:/opt/echodiary/frontend/releases/x", "remove") in {
        (c["resource"], c["action"]) for c in found["components"][0]["changes"]
    }
    assert not converge()["failed"]
    with host.sudo():
        assert not host.file("/opt/echodiary/frontend/releases/x").exists


def test_a_configuration_it_rejects_is_refused_untouched(converge: Callable[..., Any]) -> None:
    refused = converge(frontend_headers={"X-Said": "a ${b"})
    assert refused["failed"]
    assert "without a dollar" in refused["output"]
