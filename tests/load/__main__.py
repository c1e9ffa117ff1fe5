# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m tests.load`: exits with 0 when no request failed, 1 when some did, 2 when it refused to start."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import uvloop

from tests.load import plan as plans
from tests.load.background import BEGUN
from tests.load.plan import MIX, PATHS, Plan
from tests.load.report import table
from tests.load.sending import Sending
from tests.load.targets import PlanError, parse


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description="A steady load on EchoDiary that counts what fails.")
    mix = ",".join(f"{kind}={share:g}" for kind, share in MIX.items())
    parser.add_argument("--targets", required=True, help="http://ADDRESS:PORT, several with commas; loopback and private networks only")
    parser.add_argument("--rate", type=float, default=500, help="requests a second over all targets (default: %(default)g)")
    parser.add_argument("--seconds", type=float, default=60, help="how long to send (default: %(default)g); SIGTERM ends it earlier")
    parser.add_argument("--mix", default=mix, help="shares (default: %(default)s)")
    parser.add_argument("--paths", default=",".join(PATHS), help="what is read, in turn (default: mostly /health)")
    parser.add_argument("--host-name", default="", help="what requests are for, where a host serves several applications")
    parser.add_argument("--timeout", type=float, default=10, help="seconds for a whole request (default: %(default)g)")
    parser.add_argument("--slow-seconds", type=float, default=5, help="how long a slow request's body takes (default: %(default)g)")
    parser.add_argument("--in-flight", type=int, default=5000, help="most requests without an answer (default: %(default)d)")
    parser.add_argument("--json", type=Path, help="file for the result")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    try:
        plan = Plan(
            targets=tuple(parse(url) for url in given.targets.split(",")),
            rate=given.rate,
            seconds=given.seconds,
            mix=plans.parse_mix(given.mix),
            paths=tuple(given.paths.split(",")),
            host_name=given.host_name,
            timeout=given.timeout,
            slow_seconds=given.slow_seconds,
            in_flight=given.in_flight,
        )
    except PlanError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    begun = f"{BEGUN} {plan.rate:g} requests/s to {', '.join(target.name for target in plan.targets)} for {plan.seconds:g} s"
    result = uvloop.run(Sending(plan).run(lambda: print_line(begun)))
    if given.json is not None:
        result.save(given.json)
    print_line(table(result))
    return 1 if result.failed else 0


def print_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
