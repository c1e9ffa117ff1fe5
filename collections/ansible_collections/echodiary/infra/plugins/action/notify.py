# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: tells people. Whatever becomes of it, the task is well: a notice must not decide how a deploy ends."""

from __future__ import annotations

from functools import partial
from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils._deploy import bounded, notices

ARGUMENTS: dict[str, Any] = {
    "text": {"type": "str", "required": True},
    "event": {"type": "str", "default": "notice"},
    "colour": {"type": "str", "default": "good"},
    "body": {"type": "dict", "default": {}},
    "slack_token": {"type": "str", "default": "", "no_log": True},
    "discord_webhook_id": {"type": "str", "default": ""},
    "discord_webhook_token": {"type": "str", "default": "", "no_log": True},
    "webhook_url": {"type": "str", "default": "", "no_log": True},
}
_CHANNELS = ("slack_token", "discord_webhook_id", "discord_webhook_token", "webhook_url")


class ActionModule(ActionBase):
    """``echodiary.infra.notify: {text: …, webhook_url: …}``"""

    _supports_check_mode = True
    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        result: dict[str, Any] = super().run(tmp, task_vars or {})
        notice = notices.Notice(args["text"], args["colour"], args["body"] or {"text": args["text"], "event": args["event"]})
        messages = notices.messages(notice, **{name: args[name] for name in _CHANNELS})
        failed = {} if self._task.check_mode else _failures(messages)
        result.update(changed=False, told=[one.channel for one in messages if one.channel not in failed], untold=failed)
        if failed:
            result["warnings"] = [f"'{args['event']}' could not be told to {channel}: {why}" for channel, why in failed.items()]
        return result


def _failures(messages: list[notices.Message]) -> dict[str, str]:
    """Channel -> why it does not know."""
    tried = {one.channel: bounded.attempt(2 * notices.TIMEOUT, partial(notices.send, one)) for one in messages}
    return {channel: why for channel, why in tried.items() if why}
