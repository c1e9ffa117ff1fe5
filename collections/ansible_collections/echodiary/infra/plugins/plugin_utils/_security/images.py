# SPDX-License-Identifier: GPL-3.0-or-later
"""How old the images are that run: what was mended since in what they are made of is not in them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .._common import timestamps
from .shapes import Finding

if TYPE_CHECKING:
    from ...module_utils._security.shapes import Image

_DAY = 86400.0


def findings(images: Iterable[Image], now: str, most: float, host: str) -> list[Finding]:
    """``most``: days."""
    return list(_findings({one["container"]: one for one in images}, now, most, host))


def _findings(images: dict[str, Image], now: str, most: float, host: str) -> Iterator[Finding]:
    for container, one in sorted(images.items()):
        days = _age(one["created"], now)
        if days is None or days > most:
            since = "does not say when it was made" if days is None else f"is {days:.0f} days old, more than {most:g}"
            yield {
                "id": f"images:{container}",
                "host": host,
                "severity": "medium",
                "text": f"the image of {container} {since} ({one['reference']})",
                "mend": "build or pin a newer one; security_image_max_days is how old one may be",
            }


def _age(created: str, now: str) -> float | None:
    """In days; None of an image that keeps no date, or one of long before there were images."""
    try:
        # nanoseconds are more than Python reads
        found = timestamps.to_wall(created[:19] + "Z")
    except ValueError:
        return None
    return (timestamps.to_wall(now) - found) / _DAY if found > 0 else None
