# SPDX-License-Identifier: GPL-3.0-or-later
"""Which account, and which environment of it: arguments that all tasks about one take."""

from __future__ import annotations

from typing import Any, TypedDict

#: as ``echodiary_aws`` has it
LOGIN: dict[str, Any] = {
    "region": {"type": "str", "required": True},
    "endpoint_url": {"type": "str"},
    "access_key": {"type": "str", "no_log": True},
    "secret_key": {"type": "str", "no_log": True},
    "session_token": {"type": "str", "no_log": True},
    "profile": {"type": "str"},
}
SPEC: dict[str, Any] = {
    "declared": {"type": "dict", "required": True},
    "environment": {"type": "str", "required": True},
    "account": {"type": "str", "required": True},
    "login": {"type": "dict", "required": True, "options": LOGIN},
}


class Which(TypedDict):
    """``login``: as of ``echodiary_aws``, with a region."""

    declared: dict[str, Any]
    environment: str
    account: str
    login: dict[str, str]
