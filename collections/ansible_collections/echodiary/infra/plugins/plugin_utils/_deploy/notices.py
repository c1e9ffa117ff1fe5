# SPDX-License-Identifier: GPL-3.0-or-later
"""One notice for several channels: what each is sent, and how it is sent. Building is pure; ``send`` is the only one that calls anybody."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message as Headers

    from ...module_utils._kinds.model import Json

#: seconds for one channel
TIMEOUT = 5.0
#: the most characters that Discord takes
DISCORD_LONGEST = 2000
_AGENT = "echodiary.infra"


class Notice(NamedTuple):
    """``body`` is what a webhook gets; the others get ``text``."""

    text: str
    colour: str
    body: Mapping[str, Json]


class Message(NamedTuple):
    """``channel`` names it for people, as the URL holds a secret."""

    channel: str
    url: str
    document: Mapping[str, Json]


def messages(notice: Notice, *, slack_token: str, discord_webhook_id: str, discord_webhook_token: str, webhook_url: str) -> list[Message]:
    """One for each channel that is set."""
    found = []
    if slack_token:
        found.append(Message("Slack", f"https://hooks.slack.com/services/{slack_token}", _slack(notice)))
    if discord_webhook_id:
        url = f"https://discord.com/api/webhooks/{discord_webhook_id}/{discord_webhook_token}"
        found.append(Message("Discord", url, {"content": notice.text[:DISCORD_LONGEST], "allowed_mentions": {"parse": []}}))
    if webhook_url:
        found.append(Message(f"the webhook at {_place(webhook_url)}", webhook_url, notice.body))
    return found


def _slack(notice: Notice) -> dict[str, Json]:
    text = notice.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"username": _AGENT, "attachments": [{"fallback": text, "text": text, "color": notice.colour}]}


def _place(url: str) -> str:
    """The URL's host; never its path, which is what opens it."""
    try:
        return urllib.parse.urlsplit(url).hostname or "no host"
    except ValueError:
        return "an address that is none"


class RefusedError(Exception):
    """What the channel answered."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A notice that is asked for elsewhere was not taken: following would make a GET of it, or hand it to somebody else."""

    def redirect_request(self, *_: urllib.request.Request | IO[bytes] | int | str | Headers) -> None:
        return None


def send(message: Message, timeout: float = TIMEOUT) -> None:
    """Raises with words that do not hold the URL."""
    data = json.dumps(message.document, default=str).encode()
    try:
        request = urllib.request.Request(  # noqa: S310 (checked below)
            message.url, data=data, headers={"Content-Type": "application/json", "User-Agent": _AGENT}
        )
        if request.type not in ("http", "https"):
            raise RefusedError("its URL is neither http nor https")
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=timeout) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        raise RefusedError(f"it answered {error.code}{_words(error.reason)}") from None
    except urllib.error.URLError as error:
        raise RefusedError(str(error.reason)) from None
    except (http.client.HTTPException, ValueError) as error:
        # their words may hold the URL
        raise RefusedError(type(error).__name__) from None


def _words(reason: str | None) -> str:
    return f" ({reason})" if reason else ""
