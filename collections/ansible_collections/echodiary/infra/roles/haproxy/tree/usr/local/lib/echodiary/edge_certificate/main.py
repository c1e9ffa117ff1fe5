# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands. Each ends with one line at most, and with 1 where it did not do what was asked."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from . import config as configs
from . import keeping, pair, serving, site
from .config import Config
from .errors import TlsError


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    try:
        said = _do(given)
    except TlsError as error:
        print(f"edge-certificate {given.command}: {error}", file=sys.stderr)
        return 1
    if said:
        print(said)
    return 0


def _do(given: argparse.Namespace) -> str:
    if given.command == "stage":
        # a check of a host on which nothing is installed yet
        return site.stage(given.root) if site.is_installed() else "openssl is not installed here yet: nothing was judged"
    config = configs.read()
    if given.command == "ensure":
        site.ensure(config)
        return ""
    if given.command == "keep":
        return keeping.keep(config, by_clock=given.clock)
    return status(config)


def status(config: Config) -> str:
    served, file, state = serving.served(config), site.there(config), keeping.remembered()
    same = "as its file has it" if served.fingerprint == file.fingerprint else f"not that of its file ({file.fingerprint})"
    left = served.end - time.time()
    share = 100 * left / (served.end - served.begin)
    days = f"{abs(left) / 86400:.1f} days {'left' if left > 0 else 'ago'} ({share:.0f} % of its life)"
    lines = [
        f"served: {served.fingerprint}, {same}",
        f"valid: {pair.told(served.begin)} to {pair.told(served.end)}, {days}",
        f"names: {', '.join(file.names)}",
    ]
    return "\n".join([*lines, f"failed: {state['failures']} times in a row: {state['why']}"] if state["failures"] else lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="edge-certificate", description="The certificate that HAProxy serves.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("status", help="what is served, until when, and what failed")
    keeps = commands.add_parser("keep", help="what the clock does: bring what is newer, and have it served")
    keeps.add_argument("--clock", action="store_true", help="wait longer after each failure")
    commands.add_parser("ensure", help="make the file that HAProxy reads, where it is not as it has to be")
    commands.add_parser("stage", help="judge what would be served").add_argument("root")
    return parser
