# SPDX-License-Identifier: GPL-3.0-or-later
"""One application for all tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.integration.front import stack
from tests.integration.front.people import People


@pytest.fixture(scope="session")
def standing() -> Iterator[People]:
    with stack.standing() as people:
        yield people


@pytest.fixture
def people(standing: People, browser: Browser) -> Iterator[People]:
    """Nobody of the test before is there any more."""
    standing.browser = browser
    yield standing
    standing.leave()
