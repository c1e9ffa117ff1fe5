# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of ``health_gate``, checked whole before the first question: a gate that can never open is a mistake, not a failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...module_utils._kinds.model import Resource
from .http import Http
from .model import Condition, GateError, Settings
from .promql import Promql

if TYPE_CHECKING:
    from ...module_utils._gate.shapes import Reach
    from .shapes import HttpOptions, Options, PromqlOptions, Where

_WHERE: dict[str, Any] = {
    "headers": {"type": "dict", "default": {}, "no_log": True},
    "from": {"type": "str", "choices": ["host", "controller"], "default": "host"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "str"},
}
_HTTP: dict[str, Any] = {
    "name": {"type": "str"},
    "url": {"type": "str", "required": True},
    "method": {"type": "str", "choices": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], "default": "GET"},
    "body": {"type": "raw"},
    "status": {"type": "list", "elements": "int", "default": [200]},
    "json": {"type": "dict", "default": {}},
    "expression": {"type": "str"},
    "timeout": {"type": "float"},
    **_WHERE,
}
_PROMQL: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "url": {"type": "str", "required": True},
    "query": {"type": "str", "required": True},
    "expect": {"type": "str", "required": True},
    "sample_query": {"type": "str"},
    "min_samples": {"type": "float"},
    "lookback": {"type": "float", "default": 30.0},
    "on_empty": {"type": "str", "choices": ["inconclusive", "pass", "fail"], "default": "inconclusive"},
    **_WHERE,
}
SPEC: dict[str, Any] = {
    "http": {"type": "list", "elements": "dict", "options": _HTTP, "default": []},
    "promql": {
        "type": "list",
        "elements": "dict",
        "options": _PROMQL,
        "default": [],
        "required_together": [("sample_query", "min_samples")],
    },
    "passes": {"type": "int", "default": 3},
    "interval": {"type": "float", "default": 1.0},
    "timeout": {"type": "float", "default": 5.0},
    "deadline": {"type": "float", "default": 60.0},
    "hold": {"type": "float", "default": 0.0},
    "fail_after": {"type": "int", "default": 0},
    "on_inconclusive": {"type": "str", "choices": ["fail", "pass"], "default": "fail"},
    "logs": {"type": "list", "elements": "str", "default": []},
    "log_lines": {"type": "int", "default": 30},
    "secrets": {"type": "list", "elements": "str", "default": [], "no_log": True},
}
REQUIRED_ONE_OF = [("http", "promql")]


def settings(args: Options) -> Settings:
    """The numbers, cross-checked as Nomad checks its update block: what contradicts itself is refused when it is read."""
    found = Settings(args["passes"], args["interval"], args["timeout"], args["deadline"], args["hold"], args["fail_after"])
    for problem in _problems(found):
        raise GateError(problem)
    for resource in args["logs"]:
        kind, name = Resource.parse(resource)
        if kind not in ("unit", "container") or not name:
            raise GateError(f"logs: {resource!r} is neither unit:<name> nor container:<name>")
    if not 1 <= args["log_lines"] <= 1000:
        raise GateError(f"log_lines: {args['log_lines']} is not between 1 and 1000")
    return found


def _problems(found: Settings) -> Iterator[str]:
    if found.passes < 1 or found.fail_after < 0 or found.hold < 0:
        yield "passes has to be 1 or more, fail_after and hold 0 or more"
    if found.interval < 0.1 or found.timeout <= 0:
        yield "interval has to be 0.1 s or more, timeout more than 0 s"
    if not 0 < found.deadline <= 86400:
        yield "deadline has to be more than 0 s and at most a day"
    shortest = max((found.passes - 1) * found.interval, found.hold)
    if shortest >= found.deadline:
        yield f"this gate can never open: its passes take {shortest:g} s at least, and deadline is {found.deadline:g} s"


def conditions(args: Options) -> list[Condition]:
    """Every condition with its question ready and its expressions compiled."""
    found: list[Condition] = [_http(given, args["timeout"]) for given in args["http"]]
    found += [_promql(given, args["timeout"]) for given in args["promql"]]
    if not found:
        raise GateError("no condition: give http, promql, or both")
    names = [condition.name for condition in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise GateError(f"two conditions are named {', '.join(twice)}; give each a name of its own")
    return found


def _http(given: HttpOptions, timeout: float) -> Http:
    _check_url(given["url"])
    return Http.of(given, _reach(given, given["timeout"] or timeout))


def _promql(given: PromqlOptions, timeout: float) -> Promql:
    _check_url(given["url"])
    if given["on_empty"] == "pass" and given["sample_query"] is None:
        raise GateError(f"{given['name']}: on_empty=pass needs sample_query and min_samples, else a gate opens on no evidence at all")
    if given["lookback"] <= 0:
        raise GateError(f"{given['name']}: lookback has to be more than 0 s")
    return Promql.of(given, _reach(given, timeout))


def _reach(given: Where, timeout: float) -> Reach:
    """What all questions of a condition have in common."""
    headers = {str(key): str(value) for key, value in given["headers"].items()}
    return {"headers": headers, "timeout": timeout, "validate_certs": given["validate_certs"], "ca_path": given["ca_path"]}


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        whole = False
    if not whole:
        raise GateError(f"url: {url!r} is not http://… or https://…")
    if parts.username or parts.password:
        raise GateError(f"url: credentials do not belong into the URL of {parts.hostname}; put them into headers (Authorization)")
