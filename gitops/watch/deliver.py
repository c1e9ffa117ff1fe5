# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings notices to where people read them: a POST of JSON that Slack-compatible webhooks understand. Bounded in time."""

from __future__ import annotations

import fnmatch
import hashlib
import http.client
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from gitops.policy import Target

TIMEOUT = 10.0


class DeliveryError(Exception):
    """Why a notice did not arrive. Never holds the URL: it is a secret as a rule."""


def name(target: Target) -> str:
    """What a target is called where its URL may not be written."""
    return hashlib.sha256((target.url or target.url_file).encode()).hexdigest()[:12]


def waiting(notice: dict[str, Any], targets: tuple[Target, ...]) -> list[Target]:
    """Who wants the event and did not take it yet."""
    taken = notice.get("taken", [])
    wants = [target for target in targets if any(fnmatch.fnmatchcase(notice["event"], pattern) for pattern in target.events)]
    return [target for target in wants if name(target) not in taken]


def taken(notice: dict[str, Any], target: Target) -> dict[str, Any]:
    return {**notice, "taken": [*notice.get("taken", []), name(target)]}


def deliver(notice: dict[str, Any], target: Target) -> None:
    """DeliveryError when the target did not take it."""
    _post(_url(target), {key: value for key, value in notice.items() if key not in ("taken", "said")})


def _url(target: Target) -> str:
    try:
        url = target.url or Path(target.url_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise DeliveryError(f"{target.url_file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DeliveryError(f"{target.url_file} is no text; write the URL into it, and nothing else") from error
    if not url.startswith(("https://", "http://")):
        raise DeliveryError("the URL of a notification does not begin with https:// or http://")
    return url


def _post(url: str, notice: dict[str, Any]) -> None:
    body = json.dumps(notice).encode()
    try:
        request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310 (checked above)
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            answer.read(1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        code = getattr(error, "code", None)
        raise DeliveryError(f"the webhook answered {code}" if code else f"the webhook did not answer: {type(error).__name__}") from error
