# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of ``health_gate`` once they are checked, and what it returns. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict

from ...module_utils._ledger.values import Json

_From = TypedDict("_From", {"from": str})


class Where(_From):
    """How a condition's questions are asked, and from where: the host or the controller."""

    url: str
    headers: dict[str, str | float]
    validate_certs: bool
    ca_path: str | None


class _Http(Where):
    name: str | None
    method: str
    status: list[int]
    expression: str | None
    timeout: float | None


class HttpOptions(_Http, total=False):
    """``json``: fields of the body, and what they have to be."""

    body: Json
    json: dict[str, Json] | None


class PromqlOptions(Where):
    name: str
    query: str
    expect: str
    sample_query: str | None
    min_samples: float | None
    lookback: float
    on_empty: str


class Options(TypedDict):
    http: list[HttpOptions]
    promql: list[PromqlOptions]
    passes: int
    interval: float
    timeout: float
    deadline: float
    hold: float
    fail_after: int
    on_inconclusive: str
    logs: list[str]
    log_lines: int
    secrets: list[str]


class Facts(TypedDict, total=False):
    """What was seen of a condition."""

    status: int
    body: str
    milliseconds: int
    value: str
    samples: float


class Seen(Facts, total=False):
    verdict: str
    why: str


class Shown(TypedDict):
    """A tick of the time line."""

    at: float
    verdict: str
    conditions: dict[str, Seen]


class _Outcome(TypedDict):
    changed: bool
    failed: bool
    verdict: str
    inconclusive: bool
    condition: str | None
    msg: str
    timeline: list[Shown]
    last: dict[str, Seen]
    logs: dict[str, str]
    seconds: float


class Outcome(_Outcome, total=False):
    warnings: list[str]
    remote_calls: int
