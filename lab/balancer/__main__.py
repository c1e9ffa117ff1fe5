# SPDX-License-Identifier: GPL-3.0-or-later
"""``python3 -m balancer`` in its container."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from .account import Account
from .keeper import Keeper

SETTINGS = Path("/etc/balancer/settings.json")


def main() -> None:
    told = json.loads(SETTINGS.read_text())
    keeper = Keeper(Account(told["endpoint"], told["region"]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        keeper.run()
    finally:
        keeper.haproxy.stop()


if __name__ == "__main__":
    main()
