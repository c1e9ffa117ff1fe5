# SPDX-License-Identifier: GPL-3.0-or-later
"""A monitored lab for these tests, with a Slack and a Discord that keep what they are sent. KEEP_FLEET=again uses a standing one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.e2e.monitoring import watched
from tests.e2e.monitoring.receiver import Receiver


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    standing = os.environ.get("KEEP_FLEET") == "again"
    if not standing:
        watched.lab("down", "--keep-images")
        watched.lab("up")
    listening = watched.new_receiver()
    watched.site()
    yield listening
    listening.shutdown()
    listening.server_close()
    if not os.environ.get("KEEP_FLEET"):
        watched.lab("down", "--keep-images")
