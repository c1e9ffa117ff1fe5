# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands as they are printed, and days as charts name them. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .._common import timestamps

if TYPE_CHECKING:
    from .shapes import Plan


def playbook(plan: Plan, name: str, *extra: str) -> str:
    """``extra``: key=value."""
    words = [f"ansible-playbook echodiary.infra.{name}", *([f"-i {plan['inventory']}"] if plan["inventory"] else [])]
    return " ".join([*words, *(f"-e {shlex.quote(one)}" for one in extra)])


def on_host(plan: Plan, host: str, command: str) -> str:
    inventory = f" -i {plan['inventory']}" if plan["inventory"] else ""
    return f"ansible {shlex.quote(host)}{inventory} -b -a {shlex.quote(command)}"


def dates(moments: Iterable[int]) -> list[str]:
    """A day is called after the last moment of it."""
    return [timestamps.to_text(moment - 1)[5:10] for moment in moments]
