# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings notices to where people read them: a POST of JSON that Slack-compatible webhooks understand. Bounded in time."""

from __future__ import annotations

import fnmatch
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from gitops.policy import Target

TIMEOUT = 10.0


class DeliveryError(Exception):
    """Why a notice did not arrive. Never holds the URL: it is a secret as a rule."""


def deliver(notice: dict[str, Any], targets: tuple[Target, ...]) -> None:
    """To every target that wants the event. DeliveryError when one of them did not take it."""
    for target in targets:
        if any(fnmatch.fnmatchcase(notice["event"], pattern) for pattern in target.events):
            _post(_url(target), notice)


def _url(target: Target) -> str:
    try:
        url = target.url or Path(target.url_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise DeliveryError(f"{target.url_file} cannot be read: {error.strerror}") from error
    if not url.startswith(("https://", "http://")):
        raise DeliveryError("the URL of a notification does not begin with https:// or http://")
    return url


def _post(url: str, notice: dict[str, Any]) -> None:
    body = json.dumps(notice, ensure_ascii=False).encode()
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310 (checked above)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            answer.read(1)
    except (OSError, ValueError) as error:
        code = getattr(error, "code", None)
        raise DeliveryError(f"the webhook answered {code}" if code else f"the webhook did not answer: {type(error).__name__}") from error
