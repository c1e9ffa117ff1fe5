# SPDX-License-Identifier: GPL-3.0-or-later
"""How much load there may be, and where nobody sends any without being asked twice. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

RATE, JOURNEY = "rate", "journey"
PARTS = (RATE, JOURNEY)
SECONDS, USERS, REQUESTS = 600, 500, 2000


def refusals(seconds: int, users: int, rate: float, stop_errors: float, paths: Sequence[str]) -> Iterator[str]:
    """Each says which variable, and what it may be. No seconds at all: rows of runs that were cut off are removed, and nothing is sent."""
    if not 0 <= seconds <= SECONDS:
        yield f"load_seconds has to be at most {SECONDS}, not {seconds}"
    if not 1 <= users <= USERS:
        yield f"load_users has to be 1 to {USERS}, not {users}"
    if not 0 < rate <= REQUESTS:
        yield f"load_rate has to be more than 0 and at most {REQUESTS} requests a second, not {rate:g}"
    if not 0 < stop_errors <= 1:
        yield f"load_stop_errors is a fraction, as 0.2 for one request of five, not {stop_errors:g}"
    for path in paths:
        if not path.startswith("/") or not path.isprintable() or " " in path:
            yield f"load_paths: {path!r} has to begin with / and to have no blanks"


def too_few(users: int, rate: float, edges: int, paths: int) -> str:
    """Each edge is asked for each path by one user at least, and once a second at least. Empty where that can be."""
    ways = edges * paths
    if users >= ways and rate >= ways:
        return ""
    fewer = "load_targets=<url>" if edges > 1 else "load_paths=<path>"
    each = f"{edges} edges, {paths} paths each"
    return f"load_users {users} and load_rate {rate:g} have to be {ways} at least ({each}); or ask fewer: -e {fewer}"
