# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that shows lines of log, as it can be typed. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence

from .._common import inventories, timestamps
from .._component import released

PROGRAM = "python -m gitops"


def command(sources: Iterable[str], options: Mapping[str, str]) -> str:
    """``sources``: inventories, as they were typed. ``options``: without their dashes; those without a value are left out."""
    words = [f"--{name} {shlex.quote(value)}" for name, value in options.items() if value]
    return " ".join([PROGRAM, *inventories.words(sources), "logs", *words])


def window(sources: Iterable[str], since: float, until: float, components: Sequence[str] = (), host: str = "") -> str:
    """Of the time in which something was done: whole seconds, both ends in it."""
    options = {"limit": host, "component": ",".join(components)}
    return command(sources, {"since": timestamps.to_text(int(since)), "until": timestamps.to_text(int(until) + 1), **options})


def kept(components: Iterable[list[str] | str | None]) -> bool:
    """Whether anybody keeps logs. ``components``: of each host, as its inventory lists them."""
    return any(name.rpartition(".")[2] == "logs" for given in components for name in released.names(given))
