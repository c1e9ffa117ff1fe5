# SPDX-License-Identifier: GPL-3.0-or-later
"""What a component says of the host's distribution, on a host with Debian 13, and on one that says it has another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.converge.machine import Machine

COMPONENT = """
---
directories: {/etc/chosen: {}}
distributions:
  debian 12: {packages: [libaio1], paths: {/etc/chosen/here: ""}}
  debian 13: {packages: [libaio1t64], paths: {/etc/chosen/there: /etc/chosen/here, /etc/chosen/here: ""}}
"""
AMAZON = 'ID="amzn"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023.6.20241212"\n'


@pytest.fixture
def chosen(fresh: Machine) -> Iterator[str]:
    files = {"tree/etc/chosen/here": "twelve\n", "tree/etc/chosen/there": "thirteen\n"}
    yield fresh.role("chosen", component=COMPONENT, **files)
    fresh.sh("rm -rf /etc/chosen /var/lib/echodiary/components/chosen.json; apt-get purge -qq libaio1t64", check=False)


def test_a_host_gets_what_is_declared_for_what_it_has(fresh: Machine, chosen: str) -> None:
    predicted = fresh.one([chosen], check=True)
    wanted = {"package:libaio1t64", "directory:/etc/chosen", "file:/etc/chosen/here"}
    assert {one["resource"] for one in predicted.changes} == wanted
    done = fresh.one([chosen])
    assert not done.failed, done.msg
    assert {one["resource"] for one in done.changes} == wanted
    assert (
        fresh.sh("cat /etc/chosen/here; ls /etc/chosen; dpkg-query -W -f '${Status}' libaio1t64") == "thirteen\nhere\ninstall ok installed"
    )
    again = fresh.one([chosen])
    assert (again.changes, again.result["remote_calls"]) == ([], 1)


@pytest.mark.parametrize("check", [True, False])
def test_amazon_linux_is_refused_before_anything_is_touched(fresh: Machine, chosen: str, check: bool) -> None:
    fresh.role("anywhere", component="---\n{}\n", **{"tree/etc/anywhere": "x\n"})
    # what the vendor says lies elsewhere, and is linked here
    fresh.sh(f"rm /etc/os-release; printf '%s' '{AMAZON}' > /etc/os-release")
    try:
        before = fresh.footprint()
        wanted = {"components": ["anywhere", "haproxy", chosen], "check": check, "vars": {"components": ["haproxy"]}}
        found = fresh.play(wanted)[0]
        assert fresh.footprint() == before
    finally:
        fresh.sh("ln -sf ../usr/lib/os-release /etc/os-release")
    assert found.failed
    assert all(
        word in found.msg for word in ("Amazon Linux 2023.6.20241212", "haproxy, chosen can be on debian 12, debian 13", "Debian 13")
    )
