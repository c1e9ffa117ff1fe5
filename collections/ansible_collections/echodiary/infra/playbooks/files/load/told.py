# SPDX-License-Identifier: GPL-3.0-or-later
"""Beside any locustfile: what Locust has seen, as one file that is whole at any time: once a second, and when it ends.

LOAD_SEEN is that file. Its own tables say neither how long answers took that were answers, nor what went wrong in the last second.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import gevent
from locust import events

#: (method, step) -> how many, ms of those that were answered, what went wrong
seen: dict[tuple[str, str], tuple[Counter[str], Counter[str], Counter[str]]] = {}


@events.request.add_listener
def remember(request_type: str, name: str, response_time: float, response: Any = None, exception: Any = None, **_more: Any) -> None:
    requests, answered, errors = seen.setdefault((request_type, name), (Counter(), Counter(), Counter()))
    requests["all"] += 1
    status = getattr(response, "status_code", 0) or 0
    if status or exception is None:
        answered[f"{response_time:.3g}"] += 1
    if exception is not None:
        errors[f"code={status}" if status >= 400 else str(exception)[:200]] += 1


@events.init.add_listener
def begin(environment: Any, **_more: Any) -> None:
    gevent.spawn(_now_and_then)


def _now_and_then() -> None:
    while True:
        gevent.sleep(1)
        tell()


@events.quitting.add_listener
def tell(**_more: Any) -> None:
    path = Path(os.environ["LOAD_SEEN"])
    steps = [
        {"method": method, "name": name, "requests": requests["all"], "milliseconds": dict(answered), "errors": dict(errors)}
        for (method, name), (requests, answered, errors) in list(seen.items())
    ]
    half = path.with_suffix(".part")
    half.write_text(json.dumps(steps), encoding="utf-8")
    half.replace(path)
