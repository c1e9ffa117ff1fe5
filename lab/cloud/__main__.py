# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m lab.cloud``: from an empty account to production, in the lab. ``--live``: a part of it, in a real account."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from lab.cloud import live, story
from lab.cloud.running import Runner, play
from lab.errors import LabError
from lab.settings import Settings, read

ROOT = Path(__file__).resolve().parents[2]
#: a lab of its own, beside the one of `make up`
DEFAULTS = {"LAB_NAME": "cloud", "LAB_SUBNET": "172.30.76.0/24", "LAB_PORT_OFFSET": "4000"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lab.cloud", description=__doc__)
    parser.add_argument("--live", action="store_true", help="a throw-away environment in the account of this shell's credentials")
    options = parser.parse_args()
    if not os.environ.get("LAB_NAME"):
        os.environ.update(DEFAULTS)
    try:
        lab = read(os.environ, ROOT)
        return _live(lab) if options.live else _story(lab)
    except LabError as error:
        print(f"cloud: {error}", file=sys.stderr)
        return 1


def _story(lab: Settings) -> int:
    runner = Runner(ROOT, story.log(lab), story.environment(lab))
    play(story.Story(lab, runner).steps(), runner)
    print(story.next_line(lab))
    return 0


def _live(lab: Settings) -> int:
    account = live.account(dict(os.environ))
    key = live.public_key(Path.home())
    if not live.confirmed(account):
        print("nothing was made")
        return 1
    runner = Runner(ROOT, lab.state / "cloud" / "live.log", {"NO_COLOR": "1"})
    run = live.Live(lab, runner, account, key)
    try:
        play(run.steps(), runner)
    finally:
        print("\n".join(run.rest()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
