# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus asked: a number, or a number for each of several days. What it does not know is None; that it does not answer is an error."""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

TIMEOUT = 5.0


class AskError(Exception):
    """Why nothing is known at all."""


def one(url: str, promql: str, at: float) -> float | None:
    found = _ask(f"{url}/api/v1/query", {"query": promql, "time": f"{at:.0f}"})
    return _number(found[0]["value"][1]) if found else None


def daily(url: str, promql: str, ends: list[int]) -> dict[int, float | None]:
    """``ends``: in a row, a day from one to the next."""
    asked = {"query": promql, "start": str(ends[0]), "end": str(ends[-1]), "step": "86400"}
    found = _ask(f"{url}/api/v1/query_range", asked)
    values = {int(moment): _number(value) for moment, value in found[0]["values"]} if found else {}
    return {end: values.get(end) for end in ends}


def _ask(url: str, fields: dict[str, str]) -> list[Any]:
    request = urllib.request.Request(url, urllib.parse.urlencode(fields).encode())  # noqa: S310 - of the inventory
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            found: list[Any] = json.load(answer)["data"]["result"]
            return found
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AskError(f"{url} does not answer: {error}") from None


def _number(text: str) -> float | None:
    """0 / 0 is nothing that was measured."""
    value = float(text)
    return value if math.isfinite(value) else None
