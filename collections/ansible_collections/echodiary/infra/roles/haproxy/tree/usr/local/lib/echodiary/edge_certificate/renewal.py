# SPDX-License-Identifier: GPL-3.0-or-later
"""When another certificate is due, and where it comes from: an authority, or the host that asked it."""

from __future__ import annotations

import hashlib
import time

from . import fetch, order, pair, places, site
from .config import Acme, Config
from .errors import TlsError
from .pair import Pair

#: of its life, what is left when it is renewed, and how much more at most: so that not everybody comes at one moment
LEFT, SPREAD = 1 / 3, 1 / 30


def due(config: Config, now: float | None = None) -> str:
    """Why another one is; empty while none is."""
    now = time.time() if now is None else now
    place = f"{config['site']}.issued"
    try:
        issued = Pair(pair.parse(places.text(place)).chain, site.key_of("/"))
        if not issued.chain:
            return "none was issued yet"
        known = pair.judge(issued, config["names"], place, now)
    except TlsError as error:
        return str(error)
    return "" if known.end - now > known.life * share(config["names"]) else f"it ends at {pair.told(known.end)}"


def share(names: list[str]) -> float:
    """The same for all hosts of a fleet. Pure."""
    digest = hashlib.sha256(",".join(names).encode()).digest()
    return LEFT + SPREAD * int.from_bytes(digest[:4], "big") / 2**32


def brought(config: Config, acme: Acme) -> Pair | None:
    """One that may be served; nothing where the host that orders has no newer one yet."""
    key = site.key_of("/")
    return order.order(config, acme, key) if acme["orders"] else fetch.fetch(config, acme, key)
