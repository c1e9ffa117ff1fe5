# SPDX-License-Identifier: GPL-3.0-or-later
"""An object store of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration import object_store
from tests.integration.object_store import Store


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    with object_store.running("backup") as made:
        yield made
