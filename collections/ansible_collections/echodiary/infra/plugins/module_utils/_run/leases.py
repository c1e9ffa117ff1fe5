# SPDX-License-Identifier: GPL-3.0-or-later
"""What people said of deploys, where this is the host that keeps it: who holds the lease, who froze them, and until when. No difference.

Read with as little as possible, since every host is sent it; whoever goes by it asks the lease itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .._host import timestamps
from .._lease import clock

if TYPE_CHECKING:
    from .._lease import shapes

SUFFIX = ".json"


def told(directory: str) -> Iterator[str]:
    """Of each lock that is kept there; of one that cannot be read, that."""
    names = [name[: -len(SUFFIX)] for name in os.listdir(directory) if name.endswith(SUFFIX)] if os.path.isdir(directory) else []
    for name in sorted(names):
        try:
            with open(os.path.join(directory, name + SUFFIX), encoding="utf-8") as handle:
                found = list(_words(json.load(handle), clock.now()))
        except (OSError, ValueError, LookupError, TypeError) as error:
            found = [f"cannot be read ({type(error).__name__}); see echodiary.infra.deploy_lock"]
        yield from (f"lock {name}: {one}" for one in found)


def _words(record: shapes.Record, now: clock.Now) -> Iterator[str]:
    freeze, held = record["freeze"], record["lease"]
    if freeze and now.wall < timestamps.to_wall(freeze["until"]):
        yield f"frozen until {freeze['until']}; said {_by(freeze['owner'], freeze['since'], freeze['reason'])}"
    left = held["ttl"] - clock.age(held["renewed"], now) if held else 0
    if held and left > 0:
        until = timestamps.to_text(now.wall + left)
        yield f"held until {until} unless renewed; taken {_by(held['owner'], held['acquired'], held['reason'])}"


def _by(owner: str, since: shapes.Stamp, reason: str) -> str:
    return f"by {owner}, {since['at']}{f': {reason}' if reason else ''}"
