# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the fleet up once for all end-to-end tests and takes it down again."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.e2e import fleet

#: The story that begins with hosts that have just booted comes first, deploys, which leave another schema behind, after the
#: others; and at the end what has to have data of everything: by then most of it has happened. What puts up a
#: firewall comes after them, and what boots a fleet of another kind is the last.
ORDER = {
    "test_fleet.py": 0,
    "test_deploy.py": 2,
    "test_going_back.py": 3,
    "test_deploy_drills.py": 4,
    "test_live.py": 5,
    "test_firewall.py": 6,
    "test_firewall_tls.py": 7,
    "test_logs.py": 8,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: ORDER.get(item.path.name, 1) if "e2e" in item.path.parts else 0)


@pytest.fixture(scope="session")
def fresh_fleet() -> Iterator[None]:
    """Hosts that have just booted and that nothing was converged on. KEEP_FLEET=1 leaves them for a look afterwards."""
    if os.environ.get("KEEP_FLEET") == "again":
        yield
        return
    fleet.boot()
    yield
    if not os.environ.get("KEEP_FLEET"):
        fleet.lab("down", "--keep-images")
