# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from tests import pages


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = next((path for name in pages.BROWSERS if (path := shutil.which(name))), None)
        try:
            started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-background-networking"])
        except Error as error:
            pages.missing(f"no Chromium here (playwright install chromium): {str(error).splitlines()[0]}")
        yield started
        started.close()
