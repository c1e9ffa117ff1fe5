# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of EchoDiary that start and get ready like any other, and are no good all the same."""

from __future__ import annotations

from tests.e2e import drill, releases

_HANGS = """
import asyncio

from echodiary.observed_main import create_app as healthy


class Faulty:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and {when}:
            await asyncio.sleep(3600)
        await self.app(scope, receive, send)


def create_app():
    app = healthy()
    app.add_middleware(Faulty)
    return app
"""

_GROWS = """
import threading
import time

from echodiary.observed_main import create_app as healthy


def grow():
    time.sleep(8)
    held = []
    while True:
        held.append(bytearray(b"x") * 8_000_000)
        time.sleep(0.1)


def create_app():
    threading.Thread(target=grow, daemon=True).start()
    return healthy()
"""

#: tag -> the module that takes the place of the application's own
_MODULES = {
    "hanging-writes": _HANGS.format(when='scope["method"] == "POST"'),
    "hanging-entries": _HANGS.format(when='scope["method"] == "POST" and scope["path"] == "/entries"'),
    "hanging": _HANGS.format(when='scope["path"] != "/ready"'),
    "growing": _GROWS,
}


def publish(tag: str) -> str:
    return drill.publish(tag, lines=releases.LATER_ERRORS_LINES, files={"/srv/echodiary/echodiary/faulty.py": _MODULES[tag]})
