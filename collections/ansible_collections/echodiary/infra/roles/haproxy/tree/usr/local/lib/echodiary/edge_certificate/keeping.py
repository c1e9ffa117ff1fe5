# SPDX-License-Identifier: GPL-3.0-or-later
"""What the clock does: brings what is newer, has it served, and says how that went. What fails leaves what is served as it is."""

from __future__ import annotations

import contextlib
import json
from typing import TypedDict

from . import metrics, places, serving, site
from .config import STATE, Config
from .errors import TlsError


class State(TypedDict):
    """``failures``: in a row; ``why`` the last one was."""

    failures: int
    why: str


def keep(config: Config) -> str:
    state, why = remembered(), ""
    said = []
    try:
        if site.ensure(config):
            said.append("has another certificate")
        if serving.hand_over(config):
            said.append("HAProxy serves it")
    except TlsError as error:
        why = str(error)
    state = {"failures": state["failures"] + 1 if why else 0, "why": why}
    remember(state)
    served = None
    with contextlib.suppress(TlsError):
        served = serving.served(config)
    metrics.tell(config, served, state["failures"])
    if why:
        raise TlsError(f"{why} ({state['failures']} in a row)")
    return "; ".join(said)


def remembered() -> State:
    with contextlib.suppress(ValueError, KeyError, TypeError, TlsError):
        found = json.loads(places.text(STATE))
        return {"failures": int(found["failures"]), "why": str(found["why"])}
    return {"failures": 0, "why": ""}


def remember(state: State) -> None:
    """Without it, the next failure counts as the first."""
    with contextlib.suppress(TlsError):
        places.write(STATE, json.dumps(state) + "\n")
