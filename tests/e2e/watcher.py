# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who writes and reads while something is lost, and is asked by the drill, when it is back, what became of it all."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import load
from tests.e2e import drill, fleet

RATE = 20
#: half of them write, the others read what is in the database
SENT = {"rate": RATE, "mix": "keep-alive=3,new-connection=2,write=5", "paths": "/entries?limit=1"}


class Watcher:
    """``result``, ``ledger`` and ``kept`` (rows of each token) are there when it was asked."""

    result: load.Result
    ledger: load.Ledger
    kept: dict[str, int]

    def __init__(self, place: Path) -> None:
        self.place = place
        self._over = threading.Event()

    def answer(self, running: load.Load) -> None:
        while not (self.place / "asked").exists():
            if self._over.wait(0.1):
                return
        self.result = running.stop()
        self.kept = load.rows(load.lab_psql(fleet.NAME), self.result.run)
        self.ledger = load.settle(self.result, self.kept)
        seen = {"lost": len(self.ledger.lost), "asked": self.result.sent, "failed": self.result.failed}
        part = self.place / "seen.part"
        part.write_text(json.dumps(seen))
        part.rename(self.place / "seen.json")


@contextmanager
def watching(place: Path) -> Iterator[Watcher]:
    """Until the drill asks, or the block ends."""
    place.mkdir()
    watcher = Watcher(place)
    with load.running(*drill.TARGETS, seconds=900, **SENT) as running:
        thread = threading.Thread(target=watcher.answer, args=(running,), daemon=True)
        thread.start()
        # so that some are acknowledged before anything is lost
        time.sleep(5)
        try:
            yield watcher
        finally:
            watcher._over.set()
            thread.join(150)
