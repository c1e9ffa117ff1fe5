# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m lab.cloud``: the whole way from an empty account to production, in the lab."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from lab.cloud import story
from lab.cloud.running import Runner, play
from lab.errors import LabError
from lab.settings import read

ROOT = Path(__file__).resolve().parents[2]
#: a lab of its own, beside the one of `make up`
DEFAULTS = {"LAB_NAME": "cloud", "LAB_SUBNET": "172.30.76.0/24", "LAB_PORT_OFFSET": "4000"}


def main() -> int:
    if not os.environ.get("LAB_NAME"):
        os.environ.update(DEFAULTS)
    try:
        lab = read(os.environ, ROOT)
        runner = Runner(ROOT, story.log(lab), story.environment(lab))
        play(story.Story(lab, runner).steps(), runner)
    except LabError as error:
        print(f"cloud: {error}", file=sys.stderr)
        return 1
    print(story.next_line(lab))
    return 0


if __name__ == "__main__":
    sys.exit(main())
