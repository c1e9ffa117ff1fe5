# SPDX-License-Identifier: GPL-3.0-or-later
"""What the clock does: brings what is newer, has it served, and says how that went. What fails leaves what is served as it is."""

from __future__ import annotations

import contextlib
import json
import time
from typing import TypedDict

from . import metrics, places, renewal, serving, site
from .config import STATE, Config
from .errors import TlsError


class State(TypedDict):
    """``failures``: in a row; ``why`` the last one was; ``after``: not before then (s since 1970) an authority is asked again."""

    failures: int
    why: str
    after: float


#: after the first failure, and at most (s): authorities count those, too
PAUSE, LONGEST = 900.0, 14400.0


def keep(config: Config, *, by_clock: bool = False) -> str:
    """``by_clock``: with patience. People who ask want to see it tried; where somebody else is at it, the later one finds it done."""
    with places.locked(f"{STATE}.lock"):
        return _keep(config, by_clock)


def _keep(config: Config, by_clock: bool) -> str:
    state = remembered()
    said: list[str] = []
    waits = by_clock and time.time() < state["after"]
    why = _bring(config, said, state["why"] if waits else None) or _serve(config, said)
    failures = 0 if not why else state["failures"] + (0 if waits else 1)
    pause = min(LONGEST, PAUSE * 2 ** min(failures - 1, 9)) if why and config["acme"] else 0.0
    remember({"failures": failures, "why": why, "after": state["after"] if waits else time.time() + pause})
    served = None
    with contextlib.suppress(TlsError):
        served = serving.served(config)
    metrics.tell(config, served, failures)
    if why and not waits:
        raise TlsError(f"{why} ({failures} in a row)")
    return "; ".join(said)


def _bring(config: Config, said: list[str], before: str | None) -> str:
    """Why what is due could not be had; ``before``: why it could not, where it is too early to try again."""
    if not config["acme"] or not renewal.due(config):
        return ""
    if before is not None:
        return before
    try:
        found = renewal.brought(config, config["acme"])
        if found and site.put(config["site"], found):
            said.append("was issued another certificate")
    except TlsError as error:
        return str(error)
    return ""


def _serve(config: Config, said: list[str]) -> str:
    try:
        if site.ensure(config):
            said.append("has another file")
        if serving.hand_over(config):
            said.append("HAProxy serves it")
    except TlsError as error:
        return str(error)
    return ""


def remembered() -> State:
    with contextlib.suppress(ValueError, KeyError, TypeError, TlsError):
        found = json.loads(places.text(STATE))
        return {"failures": int(found["failures"]), "why": str(found["why"]), "after": float(found.get("after", 0))}
    return {"failures": 0, "why": "", "after": 0.0}


def remember(state: State) -> None:
    """Without it, the next failure counts as the first."""
    with contextlib.suppress(TlsError):
        places.write(STATE, json.dumps(state) + "\n")
