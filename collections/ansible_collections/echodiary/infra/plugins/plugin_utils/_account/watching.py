# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person declares of watching by AWS: whom alarms tell, and when there is one. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypedDict
from urllib.parse import urlsplit

from .._common.errors import SpecError

WHERE = "aws_environment.watching"
#: each is a limit, or false for no alarm
LIMITS: dict[str, int] = {
    "cpu": 80,
    "memory": 85,
    "disk": 80,
    "health": 2,
    "errors": 5,
    "database_cpu": 80,
    "database_storage": 20,
    "database_connections": 60,
}
#: those that are no share of a hundred, and the greatest there can be
_COUNTS = {"health": 10, "database_connections": 5000}
#: of the application's line for each answer, as Docker keeps it, in the words of CloudWatch Logs' filters: \\W is all that stands between
_ANSWERS = r"%\Wstatus\W+{status}\W+duration_ms\W%"
SPEC: dict[str, Any] = {
    "email": {"type": "list", "elements": "str"},
    "https": {"type": "list", "elements": "str", "default": []},
    "agent": {"type": "bool", "default": True},
    "serving": {"type": "list", "elements": "str", "default": ["app"]},
    **{name: {"type": "raw", "default": limit} for name, limit in LIMITS.items()},
    "errors_of": {"type": "int", "default": 20},
    "requests_pattern": {"type": "str", "default": _ANSWERS.format(status=r"[1-5]\d\d")},
    "errors_pattern": {"type": "str", "default": _ANSWERS.format(status=r"5\d\d")},
    "recover": {"type": "bool", "default": True},
    "dashboard": {"type": "bool", "default": True},
}
#: they take a message of their own form only, and confirm no subscription
_NO_SUBSCRIBERS = {
    "hooks.slack.com": "let Amazon Q Developer in chat applications into the workspace by the console, with the topic, or use e-mail",
    "discord.com": "use e-mail, or Alertmanager",
    "discordapp.com": "use e-mail, or Alertmanager",
}
#: subscriptions of a topic that people can confirm, and addresses that AWS Budgets takes
_MOST_ADDRESSES = 10


class Watching(TypedDict):
    """``email``, ``https``: whom alarms tell. ``agent``: hosts have role cloudwatch_agent; ``serving``: roles whose hosts answer users.

    Limits are None where there is no alarm: shares in percent, ``health`` times in a row, ``errors`` of at least ``errors_of`` requests
    (patterns say which lines tell of requests, and of errors), ``database_connections`` as a number. ``recover``: AWS moves a host whose
    machine fails to another one.
    """

    email: list[str]
    https: list[str]
    agent: bool
    serving: list[str]
    cpu: float | None
    memory: float | None
    disk: float | None
    health: float | None
    errors: float | None
    errors_of: int
    requests_pattern: str
    errors_pattern: str
    database_cpu: float | None
    database_storage: float | None
    database_connections: float | None
    recover: bool
    dashboard: bool


def completed(given: dict[str, Any], roles: Sequence[str], email: Sequence[str]) -> dict[str, Any]:
    """``given``: by SPEC; ``roles``: of the hosts; ``email``: the environment's. SpecError for what cannot be."""
    given = {**given, "email": [*email] if given["email"] is None else given["email"]}
    limits = {name: _limit(name, given[name]) for name in LIMITS}
    for address in given["email"]:
        check_email(address, f"{WHERE}.email")
    for url in given["https"]:
        _check_url(url)
    if not (given["email"] or given["https"]):
        raise SpecError(f"{WHERE}: names nobody whom an alarm would tell; write whom, as email: [ops@example.com]")
    if len(given["email"]) > _MOST_ADDRESSES:
        raise SpecError(f"{WHERE}.email: AWS Budgets takes {_MOST_ADDRESSES} addresses; write one that leads to all of them")
    if given["errors_of"] < 1:
        raise SpecError(f"{WHERE}.errors_of: {given['errors_of']} has to be 1 or more: a share of no requests is none")
    # what nobody serves is watched by nobody
    return {**given, **limits, "serving": [role for role in given["serving"] if role in roles]}


def _limit(name: str, given: Any) -> float | None:
    most = _COUNTS.get(name, 99)
    if given is False or given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 1 <= given <= most:
        raise SpecError(f"{WHERE}.{name}: {given!r} has to be a number from 1 to {most}, or false for no alarm")
    return given


def check_email(address: str, where: str) -> None:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
        raise SpecError(f"{where}: '{address}' is no address; write one as ops@example.com")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise SpecError(f"{WHERE}.https: an entry is no https URL; write the one that the service gave you for Amazon SNS")
    for host, instead in _NO_SUBSCRIBERS.items():
        if parts.hostname == host or parts.hostname.endswith(f".{host}"):
            raise SpecError(f"{WHERE}.https: {parts.hostname} confirms no subscription, and reads no message of Amazon SNS: {instead}")
