# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll whose traffic could not be kept for HAProxy's next process: the slot that it would go by still serves."""

from __future__ import annotations

from tests.integration.release.machine import Machine
from tests.integration.release.states import TWO, in_sync, well
from tests.waiting import eventually

BESIDE = "/var/lib/haproxy/server-state.new"


def test_a_release_whose_traffic_cannot_be_saved_is_taken_back(blue: Machine) -> None:
    blue.sh(f"mkdir {BESIDE}")
    try:
        done = blue.release(**TWO)
        assert (done.failed, done.components["app"]["status"]) == (True, "taken_back")
        assert "cannot be saved" in done.msg
        assert blue.record()["active"] == "blue"
        blue.sh("systemctl reload haproxy")
        eventually(lambda: blue.told() == {"blue": "ready", "green": "maint"})
        assert {blue.edge() for _ in range(4)} == {"one"}
    finally:
        blue.sh(f"rmdir {BESIDE}")
    well(blue.release(**TWO), "green")
    assert blue.edge() == "two"
    in_sync(blue, **TWO)
