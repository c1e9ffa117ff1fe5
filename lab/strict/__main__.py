# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m strict --host 0.0.0.0 --port 5000``: in the lab, in place of moto_server."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import Any

from werkzeug.serving import make_server

from .app import Strict
from .server import Handler


def main() -> None:
    parser = argparse.ArgumentParser(prog="strict", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    make_server(given.host, given.port, Strict(), threaded=True, request_handler=Handler).serve_forever()


def _end(*_: Any) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
