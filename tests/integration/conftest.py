# SPDX-License-Identifier: GPL-3.0-or-later
"""One browser for all tests of pages: Playwright runs once in a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests import browsing


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as browser:
        yield browser
