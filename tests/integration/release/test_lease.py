# SPDX-License-Identifier: GPL-3.0-or-later
"""``converge`` beside a deploy: what would roll a release waits for whoever holds the lease, everything else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.converge.machine import Run, Task
from tests.integration.release.machine import Machine
from tests.integration.release.states import TWO, in_sync, well

NOBODY = {"nobody": {"ansible_host": "127.0.0.1", "ansible_port": 1}}


def lock(host: Machine, **asked: Any) -> dict[str, Any]:
    return host.play({"action": {"echodiary.infra.deploy_lock": asked}})[0].result


@pytest.fixture
def waits(blue: Machine) -> Iterator[Machine]:
    """``one`` serves in blue, ``two`` is wanted, and nobody has the lease; another component is to come after it."""
    blue.sh("rm -rf /var/lib/echodiary/lease /etc/beside /var/lib/echodiary/components/beside.json")
    blue.role("beside", component="---\nfiles: {/etc/beside/*: {mode: '0644'}}\n", defaults="---\n", **{"tree/etc/beside/x": "x\n"})
    yield blue
    blue.sh("rm -rf /var/lib/echodiary/lease")


def converge(host: Machine, hosts: dict[str, Any] | None = None, lease: dict[str, Any] | None = None, **more: Any) -> Task:
    action = {"echodiary.infra.converge": {"components": ["app", "beside"], **(lease or {})}}
    run: Run = host.play({"action": action, "vars": {**TWO, **more}}, hosts=hosts, words=("--limit", "machine"))
    return run[0]


def refused(host: Machine, done: Task, *words: str) -> None:
    """The release was left alone, and what comes after it was not."""
    assert done.failed
    assert [word for word in words if word not in done.components["app"]["msg"]] == []
    assert (done.components["app"]["status"], done.components["app"]["sync"]) == ("failed", "OutOfSync")
    assert done.components["app"]["health"] == "Healthy"
    assert done.components["beside"]["status"] in ("ok", "changed")
    assert (host.edge(), host.sh("cat /etc/beside/x")) == ("one", "x")


def test_a_release_is_not_rolled_while_somebody_else_deploys(waits: Machine) -> None:
    held = lock(waits, reason="deploy of something else", owner="ann")
    refused(waits, converge(waits), "held by ann", "deploy of something else")
    # the lease of another host is another host's, wherever that is
    refused(waits, converge(waits, hosts={"lead": {}}, deploy_lease_host="lead"), "held by ann")
    refused(waits, converge(waits, hosts=NOBODY, deploy_lease_host="nobody"), "nobody", "could not be read")
    refused(waits, converge(waits, deploy_lease_host="none"), "no host none")
    # what rolls nothing asks nobody
    waits.sh("chmod 644 /opt/app/blue/app.env")
    put_right = waits.one(["app", "beside"])
    assert (put_right.failed, put_right.result["changed"]) == (False, True)
    # whoever holds the lease is not refused by it
    well(converge(waits, lease={"lease_token": held["token"]}), "green")
    in_sync(waits, **TWO)
    assert lock(waits, state="read")["token"] is None
    assert lock(waits, state="read")["lease"]["token"] == held["token"], "it is still whose it was"


@pytest.mark.full
def test_a_release_is_not_rolled_while_a_freeze_stands(waits: Machine) -> None:
    lock(waits, state="frozen", reason="the fair", until="2100-01-01", owner="ann")
    refused(waits, converge(waits), "frozen by ann", "the fair")
    # the deploy asked for its lease by itself, and gave its reason there
    well(waits.release(**TWO), "green")
    lock(waits, state="thawed", reason="the fair is over")
    well(converge(waits, app_who="three"), "blue")


def test_the_first_release_is_no_roll(waits: Machine) -> None:
    waits.forget()
    lock(waits, reason="deploy of something else", owner="ann")
    well(waits.one(["app"]), "blue")
