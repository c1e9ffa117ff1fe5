# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet, with a Slack and a Discord that keep what they are sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.monitoring import watched
from tests.e2e.monitoring.drills import Visitors
from tests.e2e.monitoring.receiver import Receiver


@pytest.fixture(scope="session")
def receiver(fresh_fleet: None) -> Iterator[Receiver]:
    listening = watched.new_receiver()
    watched.site()
    yield listening
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def visitors(receiver: Receiver) -> Iterator[Visitors]:
    people = Visitors()
    people.start()
    yield people
    people.stop()
