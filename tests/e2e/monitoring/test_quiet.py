# SPDX-License-Identifier: GPL-3.0-or-later
"""An hour in which nothing happens but people using the diary: nobody is told anything. What would be told is shown by the drills."""

from __future__ import annotations

import os
import time

import pytest

from tests.e2e.monitoring import watched
from tests.e2e.monitoring.drills import Visitors
from tests.e2e.monitoring.receiver import Receiver
from tests.waiting import eventually

pytestmark = pytest.mark.full

MINUTES = float(os.environ.get("QUIET_MINUTES", "60"))


def test_in_a_quiet_hour_nothing_fires(receiver: Receiver, visitors: Visitors) -> None:
    eventually(lambda: {alert for alert, _, _ in watched.firing()} == {"Watchdog"}, 900, "calm before the hour", 1)
    began, fired = time.time(), set()
    while time.time() < began + MINUTES * 60:
        fired |= {(alert, where) for alert, where, _ in watched.firing() if alert != "Watchdog"}
        time.sleep(10)
    assert fired == set()
    assert [message.title for message in receiver.messages if message.at > began] == []
