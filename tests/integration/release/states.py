# SPDX-License-Identifier: GPL-3.0-or-later
"""A component in two slots: what its releases are called, the states a test begins with, and how they are recognised."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests.integration.converge.machine import Task
from tests.integration.release.machine import Machine

ONE, TWO = {"app_image": "release-test/app:1", "app_who": "one"}, {"app_image": "release-test/app:2", "app_who": "two"}
THREE = {"app_image": "release-test/app:3", "app_who": "three"}


@pytest.fixture
def app(host: Machine) -> Machine:
    host.forget()
    return host


@pytest.fixture
def blue(host: Machine) -> Machine:
    """``one`` serves in blue; green was never used."""
    if "blue" in host.kept:
        host.put_back("blue", "blue", "green")
    else:
        _first(host)
    return host


@pytest.fixture
def green(host: Machine) -> Machine:
    """``two`` serves in green; ``one`` rests in blue."""
    if "green" in host.kept:
        host.put_back("green", "green", "blue")
        return host
    _first(host)
    well(host.release(**TWO), "green")
    host.keep("green")
    # what is put back has to be what was reached
    host.put_back("green", "green", "blue")
    in_sync(host, **TWO)
    return host


def _first(host: Machine) -> None:
    host.forget()
    well(host.converge(**ONE), "blue")
    host.keep("blue")


def release(done: Task) -> dict[str, Any]:
    found: dict[str, Any] = done.components["app"]["release"]
    return found


def well(done: Task, slot: str) -> Task:
    assert not done.failed, done.msg
    assert release(done)["slot"] == slot
    return done


def rolls(host: Machine) -> subprocess.Popen[str]:
    """``two`` on its way, with time for what is held."""
    return host.spawn({"action": {"echodiary.infra.release": {"component": "app"}}, "vars": {**TWO, "app_drain": 50.0}})


def in_sync(host: Machine, **variables: Any) -> None:
    done = host.converge(check=True, **variables)
    assert (done.actions, done.result["sync"], done.result["health"]) == ([], "Synced", "Healthy"), done.result
