# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: tells people. Whatever becomes of it, the task is well: a notice must not decide how a deploy ends."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._deploy import bounded, message, notices

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json


class Options(TypedDict):
    text: str
    event: str
    colour: str
    body: dict[str, Json]
    slack_token: str
    discord_webhook_id: str
    discord_webhook_token: str
    webhook_url: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.notify: {text: …, webhook_url: …}``"""

    ARGUMENTS = {
        "text": {"type": "str", "required": True},
        "event": {"type": "str", "default": "notice"},
        "colour": {"type": "str", "default": ""},
        "body": {"type": "dict", "default": {}},
        "slack_token": {"type": "str", "default": "", "no_log": True},
        "discord_webhook_id": {"type": "str", "default": ""},
        "discord_webhook_token": {"type": "str", "default": "", "no_log": True},
        "webhook_url": {"type": "str", "default": "", "no_log": True},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        colour = args["colour"] or message.colour(args["event"])
        notice = notices.Notice(args["text"], colour, args["body"] or {"text": args["text"], "event": args["event"]})
        messages = notices.messages(
            notice,
            slack_token=args["slack_token"],
            discord_webhook_id=args["discord_webhook_id"],
            discord_webhook_token=args["discord_webhook_token"],
            webhook_url=args["webhook_url"],
        )
        failed = {} if self._check else _failures(messages)
        result = {"changed": False, "told": [one.channel for one in messages if one.channel not in failed], "untold": failed}
        warnings = [f"'{args['event']}' could not be told to {channel}: {why}" for channel, why in failed.items()]
        return {**result, "warnings": warnings} if warnings else result


def _failures(messages: list[notices.Message]) -> dict[str, str]:
    """Channel -> why it does not know."""
    tried = {one.channel: bounded.attempt(2 * notices.TIMEOUT, partial(notices.send, one)) for one in messages}
    return {channel: why for channel, why in tried.items() if why}
